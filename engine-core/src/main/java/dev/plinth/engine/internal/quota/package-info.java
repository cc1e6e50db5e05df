/**
 * Rate limits: one bucket per workspace, taken from before anything else is done for a call.
 *
 * <p>Hot: one number and one compare-and-set; a plan with further policies takes from all of them under one lock of its
 * workspace. It reads no row and writes none; the plan is handed in at each call.
 */
@NullMarked
package dev.plinth.engine.internal.quota;

import org.jspecify.annotations.NullMarked;
