/**
 * Figures: what is counted of requests, and the text in which all figures are shown.
 *
 * <p>It counts without locks and knows no workspace, so that no figure tells of one.
 */
@NullMarked
package dev.plinth.engine.internal.metrics;

import org.jspecify.annotations.NullMarked;
