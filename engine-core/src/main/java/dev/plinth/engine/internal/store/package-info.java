/**
 * Rows: tables, ordered sets, the transaction that changes them and the journal that keeps the changes.
 *
 * <p>The only importer of Chronicle. The room knows bytes, keys and sequences. It knows no entity and decides nothing.
 */
@NullMarked
package dev.plinth.engine.internal.store;

import org.jspecify.annotations.NullMarked;
