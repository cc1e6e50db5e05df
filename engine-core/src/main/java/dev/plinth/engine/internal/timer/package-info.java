/**
 * Due work in time order, and the attempts that it leads to.
 *
 * <p>Nothing sleeps: due work follows from rows, and the clock tells the time. The room starts work and waits for it.
 * The sources know what the work is.
 */
@NullMarked
package dev.plinth.engine.internal.timer;

import org.jspecify.annotations.NullMarked;
