package dev.plinth.engine.http.config;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A whole number in a range. */
record WholeFormat(long min, long max) implements Format<Long> {
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");

    @Override
    public @Nullable Long read(ConfigValue node, String name, FaultList faults) {
        if (node instanceof ConfigValue.Scalar scalar
                && !scalar.isQuoted()
                && WHOLE.matcher(scalar.text()).matches()) {
            long value = Long.parseLong(scalar.text());
            if (value >= min && value <= max) {
                return value;
            }
        }
        return Format.wrong(node, name, range(), faults);
    }

    @Override
    public Map<String, Object> schema() {
        return new TreeMap<>(Map.of("type", "integer", "minimum", min, "maximum", max));
    }

    @Override
    public String range() {
        return min + " to " + max;
    }
}
