/**
 * What becomes of figures: {@code results.json}, the ratios with their aims, tables in Markdown and charts in SVG.
 *
 * <p>It measures nothing, and knows figures only by their names.
 */
@NullMarked
package dev.plinth.engine.benchmarks.report;

import org.jspecify.annotations.NullMarked;
