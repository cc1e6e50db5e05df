package dev.plinth.engine.benchmarks;

import dev.plinth.engine.benchmarks.report.ReportFigure;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Prints figures on standard output, one on each line, as {@link ChildJvm} reads them. Also knows how long a quick run
 * measures.
 */
final class Figures {
    private static final String MARK = "figure ";
    private static final String EQUALS = " = ";
    private static final int QUICKER = 10;

    /** The property of a quick run. */
    static final String QUICK_PROPERTY = "plinth.bench.quick";

    /** Whether this is a quick run, which only shows that everything works and keeps no figure. */
    static final boolean QUICK = Boolean.getBoolean(QUICK_PROPERTY);

    private Figures() {}

    /** Returns a length of a full run, or a tenth of it in a quick one. */
    static long length(long full) {
        return QUICK ? Math.max(1, full / QUICKER) : full;
    }

    static void print(String name, double value, String unit) {
        String digits = value < 1 ? "%.4f" : value < 100 ? "%.3f" : "%.0f";
        System.out.println(MARK + name + EQUALS + String.format(Locale.ROOT, digits, value) + " " + unit);
    }

    /** Prints percentiles of a histogram of nanoseconds, in microseconds. */
    static void print(String name, Histogram nanos, double... percentiles) {
        for (double percentile : percentiles) {
            String which =
                    percentile == 100 ? "max" : "p" + (percentile % 1 == 0 ? "%.0f" : "%s").formatted(percentile);
            double micros = nanos.getValueAtPercentile(percentile) / (double) TimeUnit.MICROSECONDS.toNanos(1);
            print(name + " " + which, micros, "µs");
        }
    }

    /** Returns the figure on a line, or null. */
    static @Nullable ReportFigure read(String line) {
        int equals = line.lastIndexOf(EQUALS);
        if (!line.startsWith(MARK) || equals < 0) {
            return null;
        }
        String[] value = line.substring(equals + EQUALS.length()).split(" ", 2);
        return new ReportFigure(line.substring(MARK.length(), equals), Double.parseDouble(value[0]), value[1]);
    }
}
