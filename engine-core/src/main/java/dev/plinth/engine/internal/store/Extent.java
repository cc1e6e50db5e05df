package dev.plinth.engine.internal.store;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
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

    /** Writes down which extent it is and what of it is in use. */
    void save(DataOutput out) throws IOException {
        out.writeInt(number);
        out.writeInt(filled);
        out.writeInt(live);
    }

    /** Reads an extent of an arena that {@link #save} has written down. */
    static Extent restore(Arena arena, DataInput in) throws IOException {
        Extent extent = arena.of((long) in.readInt() << Arena.SHIFT);
        extent.filled = in.readInt();
        extent.live = in.readInt();
        return extent;
    }

    /** Returns the address of its first word. */
    long start() {
        return (long) number << Arena.SHIFT;
    }
}
