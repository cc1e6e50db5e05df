package dev.plinth.engine.http.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A list of values of one format. */
record ItemsFormat<T>(Format<T> item) implements Format<List<T>> {
    @Override
    public @Nullable List<T> read(ConfigValue node, String name, FaultList faults) {
        if (!(node instanceof ConfigValue.Items list)) {
            return Format.wrong(node, name, range(), faults);
        }
        List<T> values = new ArrayList<>();
        for (ConfigValue each : list.items()) {
            T value = item.read(each, name, faults);
            if (value != null) {
                values.add(value);
            }
        }
        return values.size() == list.items().size() ? List.copyOf(values) : null;
    }

    @Override
    public Map<String, Object> schema() {
        return new TreeMap<>(Map.of("type", "array", "items", item.schema()));
    }

    @Override
    public String range() {
        return "a list, each item " + item.range();
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public String shown(List<T> value) {
        return value.stream().map(item::shown).collect(Collectors.joining(", "));
    }

    @Override
    public ConfigValue nodeOf(List<String> texts, String name, FaultList faults) {
        return new ConfigValue.Items(
                0,
                texts.stream()
                        .<ConfigValue>map(text -> new ConfigValue.Scalar(0, text, false))
                        .toList());
    }
}
