/**
 * Jobs: asynchronous work as rows, from accepted to final, and the runner of the handlers in this JVM.
 *
 * <p>Every step of a job is an ordinary commit. Host code runs on the executor, never on a ring and never inside the writer lock.
 */
@NullMarked
package dev.plinth.engine.internal.job;

import org.jspecify.annotations.NullMarked;
