package dev.plinth.engine.http.config;

import dev.plinth.engine.api.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Any JSON object, written as YAML. */
record JsonFormat() implements Format<Json> {
    private static final Pattern JSON_NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]{1,4})?");

    @Override
    public @Nullable Json read(ConfigValue node, String name, FaultList faults) {
        if (!(node instanceof ConfigValue.Members object)) {
            return Format.wrong(node, name, range(), faults);
        }
        try {
            return Json.of(objectOf(object));
        } catch (IllegalArgumentException e) {
            faults.add(node.line(), name + ": " + e.getMessage());
            return null;
        }
    }

    private static Map<String, @Nullable Object> objectOf(ConfigValue.Members object) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        object.entries().forEach(entry -> values.put(entry.key(), valueOf(entry.value())));
        return values;
    }

    private static @Nullable Object valueOf(ConfigValue node) {
        if (node instanceof ConfigValue.Members object) {
            return objectOf(object);
        }
        if (node instanceof ConfigValue.Items list) {
            List<@Nullable Object> values = new ArrayList<>();
            list.items().forEach(item -> values.add(valueOf(item)));
            return values;
        }
        ConfigValue.Scalar scalar = (ConfigValue.Scalar) node;
        if (scalar.isQuoted()) {
            return scalar.text();
        }
        if (scalar.isNull()) {
            return null;
        }
        return switch (scalar.text()) {
            case "true" -> true;
            case "false" -> false;
            default -> JSON_NUMBER.matcher(scalar.text()).matches() ? new BigDecimal(scalar.text()) : scalar.text();
        };
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("type", "object");
    }

    @Override
    public String range() {
        return "a JSON Schema (draft 2020-12)";
    }

    @Override
    public String shown(Json value) {
        return "a JSON Schema";
    }
}
