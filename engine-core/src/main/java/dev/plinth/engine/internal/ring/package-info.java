/**
 * Rings as doorbells: a slot says only that there is something new; what it is stands in the tables.
 *
 * <p>The only importer of the Disruptor. No host code and no network call runs on a ring's thread.
 */
@NullMarked
package dev.plinth.engine.internal.ring;

import org.jspecify.annotations.NullMarked;
