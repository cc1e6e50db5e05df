package dev.plinth.engine.benchmarks.report;

import java.util.Locale;

/** Formats numbers with about three significant digits. */
final class Numbers {
    private Numbers() {}

    static String text(double value) {
        if (value == Math.rint(value) || value >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : value >= 0.1 ? "%.2f" : "%.4f", value);
    }

    /** Returns a figure with its unit: {@code 1/s} as {@code 5/s}. */
    static String text(ReportFigure figure) {
        String unit = figure.unit();
        return text(figure.value()) + (unit.startsWith("1/") ? unit.substring(1) : " " + unit);
    }
}
