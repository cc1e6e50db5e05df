package dev.plinth.engine.benchmarks.report;

/**
 * A measured value.
 *
 * @param name its name, unique among the figures of all suites
 * @param value the value
 * @param unit its unit, such as {@code µs} or {@code 1/s}
 */
public record ReportFigure(String name, double value, String unit) {}
