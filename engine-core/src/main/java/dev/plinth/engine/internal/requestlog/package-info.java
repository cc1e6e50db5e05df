/**
 * The request log: the last requests of each workspace with the outcomes of their answers, in memory and on demand in files.
 *
 * <p>The answering thread writes it after the answer is made, and two routes read it. It decides nothing, and no answer
 * waits for its files.
 */
@NullMarked
package dev.plinth.engine.internal.requestlog;

import org.jspecify.annotations.NullMarked;
