package dev.plinth.engine.http.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An object with keys of the user's choice. Flags give its entries as {@code KEY=VALUE}. */
record NamedFormat<V, T>(String key, Format<V> value, BiFunction<String, V, T> made) implements Format<Map<String, T>> {
    @Override
    public @Nullable Map<String, T> read(ConfigValue node, String name, FaultList faults) {
        if (!(node instanceof ConfigValue.Members object)) {
            return Format.wrong(node, name, range(), faults);
        }
        Map<String, T> values = new LinkedHashMap<>();
        for (ConfigValue.Entry entry : object.entries()) {
            String path = entry.line() == 0 ? name : name + "." + entry.key();
            V read = value.read(entry.value(), path, faults);
            if (read != null) {
                try {
                    values.put(entry.key(), made.apply(entry.key(), read));
                } catch (IllegalArgumentException e) {
                    faults.add(entry.line(), path + ": " + e.getMessage());
                }
            }
        }
        return values.size() == object.entries().size() ? values : null;
    }

    @Override
    public Map<String, Object> schema() {
        return new TreeMap<>(Map.of("type", "object", "additionalProperties", value.schema()));
    }

    @Override
    public String range() {
        return "an object; each key is " + key + ", each value " + value.range();
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public String shown(Map<String, T> value) {
        return value.entrySet().stream()
                .map(each -> each.getValue() instanceof Number ? each.toString() : each.getKey())
                .collect(Collectors.joining(", "));
    }

    @Override
    public ConfigValue nodeOf(List<String> texts, String name, FaultList faults) {
        List<ConfigValue.Entry> entries = new ArrayList<>();
        for (String text : texts) {
            int equals = text.lastIndexOf('=');
            if (equals < 1) {
                faults.add(
                        0,
                        name + " must be " + key + " and a value, such as hooks.example.com=8000, got "
                                + FaultList.shown(text) + ".");
            } else {
                String own = text.substring(0, equals);
                entries.removeIf(entry -> entry.key().equals(own));
                entries.add(
                        new ConfigValue.Entry(0, own, new ConfigValue.Scalar(0, text.substring(equals + 1), false)));
            }
        }
        return new ConfigValue.Members(0, entries);
    }
}
