/**
 * The request log: the last requests of each workspace with the outcomes of their answers, in memory only.
 *
 * <p>The answering thread writes it after the answer is made, and two routes read it. It decides nothing.
 */
@NullMarked
package dev.plinth.engine.internal.requestlog;

import org.jspecify.annotations.NullMarked;
