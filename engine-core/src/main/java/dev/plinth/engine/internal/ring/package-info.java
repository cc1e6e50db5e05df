/**
 * Rings as doorbells. A slot only tells that there is something new; the tables have the news.
 *
 * <p>The only importer of the Disruptor. No host code and no network call runs on a ring's thread.
 */
@NullMarked
package dev.plinth.engine.internal.ring;

import org.jspecify.annotations.NullMarked;
