package dev.plinth.engine.http.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A switch. */
record TruthFormat() implements Format<Boolean> {
    @Override
    public @Nullable Boolean read(ConfigValue node, String name, FaultList faults) {
        if (node instanceof ConfigValue.Scalar scalar && !scalar.isQuoted()) {
            switch (scalar.text()) {
                case "true":
                    return true;
                case "false":
                    return false;
                default:
                    break;
            }
        }
        return Format.wrong(node, name, range(), faults);
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("type", "boolean");
    }

    @Override
    public String range() {
        return "true or false";
    }

    @Override
    public boolean isSwitch() {
        return true;
    }

    @Override
    public ConfigValue nodeOf(List<String> texts, String name, FaultList faults) {
        String text = texts.get(0).strip().toLowerCase(Locale.ROOT);
        return new ConfigValue.Scalar(
                0, text.equals("1") ? "true" : text.equals("0") || text.isEmpty() ? "false" : text, false);
    }
}
