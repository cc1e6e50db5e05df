package dev.plinth.engine.http.hostile;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Durations in milliseconds, and how many of them there are. */
record Figures(int count, double p50, double p95, double p99, double max) {
    private static final Figures NONE = new Figures(0, 0, 0, 0, 0);

    static Figures of(List<Double> millis) {
        if (millis.isEmpty()) {
            return NONE;
        }
        double[] sorted = millis.stream().mapToDouble(each -> each).sorted().toArray();
        return new Figures(
                sorted.length, at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99), sorted[sorted.length - 1]);
    }

    private static double at(double[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }

    /** Reads what {@link #line} has written. */
    static Figures read(String line) {
        double[] values =
                Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
        return new Figures((int) values[0], values[1], values[2], values[3], values[4]);
    }

    String line() {
        return String.format(Locale.ROOT, "%d %.2f %.2f %.2f %.2f", count, p50, p95, p99, max);
    }
}
