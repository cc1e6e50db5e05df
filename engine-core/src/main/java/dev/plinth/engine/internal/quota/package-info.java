/**
 * Rate limits: one bucket per workspace, taken from before anything else is done for a call.
 *
 * <p>Hot: one number and one compare-and-set. A plan with further policies takes from all of them under one lock of its
 * workspace. The room reads and writes no rows during a call; each call brings its plan.
 */
@NullMarked
package dev.plinth.engine.internal.quota;

import org.jspecify.annotations.NullMarked;
