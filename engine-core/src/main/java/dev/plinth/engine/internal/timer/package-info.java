/**
 * Due work in time order, and the attempts that it leads to.
 *
 * <p>Nothing sleeps: what is due follows from rows, and the clock is asked. It starts work and waits for it; what the work is,
 * the sources know.
 */
@NullMarked
package dev.plinth.engine.internal.timer;

import org.jspecify.annotations.NullMarked;
