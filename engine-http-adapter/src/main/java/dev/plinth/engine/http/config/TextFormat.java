package dev.plinth.engine.http.config;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A text that is not blank. */
record TextFormat(String what, Function<String, ?> check) implements Format<String> {
    @Override
    public @Nullable String read(ConfigValue node, String name, FaultList faults) {
        boolean isValue = node instanceof ConfigValue.Scalar scalar && (node.line() == 0 || !scalar.isNull());
        String text = isValue ? ((ConfigValue.Scalar) node).text() : "";
        if (!isValue || text.isBlank()) {
            if (isValue) {
                faults.add(node.line(), name + " must be " + what + ", got an empty text.");
                return null;
            }
            return Format.wrong(node, name, what, faults);
        }
        try {
            Object unused = check.apply(text);
            return text;
        } catch (IllegalArgumentException e) {
            faults.add(node.line(), name + ": " + e.getMessage());
            return null;
        }
    }

    @Override
    public Map<String, Object> schema() {
        return new TreeMap<>(Map.of("type", "string", "minLength", 1));
    }

    @Override
    public String range() {
        return what;
    }
}
