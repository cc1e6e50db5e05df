package dev.plinth.engine.internal.store;

import org.jspecify.annotations.Nullable;

/** Describes one extent of an {@link Arena} to the writer; readers never see it. */
final class Extent {
    final int number;

    /** Words that were ever taken from its start, since it was last empty. */
    int filled;

    /** Words of the blocks in it that are still in use. */
    int live;

    /** Neighbours in the one list that it stands in; the list of free extents uses {@code next} only. */
    @Nullable
    Extent previous;

    @Nullable
    Extent next;

    Extent(int number) {
        this.number = number;
    }

    long start() {
        return (long) number << Arena.SHIFT;
    }
}
