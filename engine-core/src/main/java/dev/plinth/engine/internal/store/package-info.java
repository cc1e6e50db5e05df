/**
 * Where rows live: tables, ordered sets, the transaction that changes them and the journal that remembers it.
 *
 * <p>The only importer of Chronicle. It knows bytes, keys and sequences; it knows no entity and decides nothing.
 */
@NullMarked
package dev.plinth.engine.internal.store;

import org.jspecify.annotations.NullMarked;
