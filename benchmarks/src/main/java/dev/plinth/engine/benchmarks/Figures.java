package dev.plinth.engine.benchmarks;

import java.util.Locale;

/** Figures on standard output, one on each line, as {@link StoreFigures} reads them from its children. */
final class Figures {
    static final String MARK = "figure ";

    private Figures() {}

    static void print(String name, double value) {
        System.out.println(MARK + name + " = " + String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.0f", value));
    }
}
