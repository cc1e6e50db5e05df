package dev.plinth.engine.internal.base;

import org.jspecify.annotations.Nullable;

/**
 * Derives the sets of a row, so that applying a row updates them and undoing it restores them.
 *
 * <p>Pure: the sets follow from the rows alone, are never journaled and are rebuilt by applying.
 */
@FunctionalInterface
public interface Indexer {
    /** Derives no sets. */
    Indexer NONE = (key, before, after, sets) -> {};

    /**
     * Updates the memberships of a row that changes.
     *
     * @param key the row's key
     * @param before the row before the change, or null
     * @param after the row after the change, or null
     * @param sets takes the memberships
     */
    void index(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets);
}
