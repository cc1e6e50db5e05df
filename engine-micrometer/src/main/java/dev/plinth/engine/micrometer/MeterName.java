package dev.plinth.engine.micrometer;

import dev.plinth.engine.api.Figure;
import org.jspecify.annotations.Nullable;

/**
 * The name of a figure as Micrometer has it: with dots, and without what a registry of Prometheus adds.
 *
 * @param name such as {@code plinth.jobs.queued.oldest}
 * @param unit the base unit; null if there is none
 */
record MeterName(String name, @Nullable String unit) {
    private static final String TOTAL = "_total";
    private static final String SECONDS = "seconds";
    private static final String BYTES = "bytes";

    static MeterName of(Figure figure) {
        String name = without(figure.name(), TOTAL);
        if (name.endsWith("_" + SECONDS)) {
            return new MeterName(dotted(without(name, "_" + SECONDS)), SECONDS);
        }
        // A registry does not repeat a unit that ends the name.
        return new MeterName(dotted(name), name.endsWith("_" + BYTES) ? BYTES : null);
    }

    boolean isTime() {
        return SECONDS.equals(unit);
    }

    private static String without(String name, String end) {
        return name.endsWith(end) ? name.substring(0, name.length() - end.length()) : name;
    }

    private static String dotted(String name) {
        return name.replace('_', '.');
    }
}
