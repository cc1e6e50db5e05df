/**
 * Figures: the counts of requests, and the text of all figures.
 *
 * <p>The room counts without locks. It knows no workspace, so that no figure reveals one.
 */
@NullMarked
package dev.plinth.engine.internal.metrics;

import org.jspecify.annotations.NullMarked;
