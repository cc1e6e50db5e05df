/**
 * Benchmarks of the engine in process: one class per question, figures in {@code benchmarks/README.md}.
 *
 * <p>Each benchmark checks each answer, so that no figure is that of a refusal. No other code depends on this package.
 */
@NullMarked
package dev.plinth.engine.benchmarks;

import org.jspecify.annotations.NullMarked;
