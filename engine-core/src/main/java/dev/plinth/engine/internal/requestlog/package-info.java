/**
 * The request log: the last requests of each workspace and what each was answered, in memory only.
 *
 * <p>It is written by the thread that answers, after the answer is made, and read by two routes. It decides nothing.
 */
@NullMarked
package dev.plinth.engine.internal.requestlog;

import org.jspecify.annotations.NullMarked;
