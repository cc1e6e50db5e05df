package dev.plinth.engine.benchmarks.report;

/**
 * What was measured.
 *
 * @param name what it is of; unique among the figures of all suites
 * @param value how many
 * @param unit of what, such as {@code µs}, or {@code 1/s}
 */
public record Figure(String name, double value, String unit) {}
