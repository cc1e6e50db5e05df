package dev.plinth.engine.internal.store.memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An extent of an {@link Arena} as the writer sees it. Readers never see it. */
final class Extent {
    final int number;

    /** Words taken from its start since it was last empty. */
    int filled;

    /** Words of its blocks that are in use. */
    int live;

    /** Neighbours in the only list that has it. The list of free extents uses {@code next} only. */
    @Nullable
    Extent previous;

    @Nullable
    Extent next;

    Extent(int number) {
        this.number = number;
    }

    /** Saves its number and its use. */
    void save(DataOutput out) throws IOException {
        out.writeInt(number);
        out.writeInt(filled);
        out.writeInt(live);
    }

    /** Restores an extent of an arena that {@link #save} wrote. */
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
