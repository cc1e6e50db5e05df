package dev.plinth.engine.internal.base;

import org.jspecify.annotations.Nullable;

/**
 * Says which sets a row belongs to, so that applying a row keeps them, and undoing it takes them back.
 *
 * <p>Pure: the sets follow from the rows alone, are never journaled and are rebuilt by applying.
 */
@FunctionalInterface
public interface Indexer {
    /** No sets. */
    Indexer NONE = (key, before, after, sets) -> {};

    /**
     * Moves a row's memberships from what they were to what they are.
     *
     * @param key the row's key
     * @param before the row that stood there, or null
     * @param after the row that stands there now, or null
     * @param sets takes the memberships
     */
    void index(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets);
}
