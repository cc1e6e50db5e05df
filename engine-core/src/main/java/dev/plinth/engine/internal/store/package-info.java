/**
 * Rows: the transaction that changes them, what is in flight, the views, recovery and snapshots.
 *
 * <p>{@code store.memory} keeps the rows with their sets, {@code store.log} the journal and its files. These two do not
 * see each other. {@code store.tool} works on directories, above this room. The room knows bytes, keys and sequences. It
 * knows no entity and decides nothing.
 */
@NullMarked
package dev.plinth.engine.internal.store;

import org.jspecify.annotations.NullMarked;
