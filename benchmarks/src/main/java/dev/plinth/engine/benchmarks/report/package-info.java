/**
 * The use of figures: {@code results.json}, the ratios with their targets, tables in Markdown and charts in SVG.
 *
 * <p>The package measures nothing, and knows figures only by their names.
 */
@NullMarked
package dev.plinth.engine.benchmarks.report;

import org.jspecify.annotations.NullMarked;
