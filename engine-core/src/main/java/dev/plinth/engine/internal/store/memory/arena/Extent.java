package dev.plinth.engine.internal.store.memory.arena;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An extent of an {@link Arena} as the writer sees it. Readers never see it. */
public final class Extent {
    public final int number;

    /** Words taken from its start since it was last empty. */
    public int filled;

    /** Words of its blocks that are in use. */
    public int live;

    /** Neighbours in the only list that has it. The list of free extents uses {@code next} only. */
    @Nullable
    public Extent previous;

    @Nullable
    public Extent next;

    Extent(int number) {
        this.number = number;
    }

    /** Saves its number and its use. */
    public void save(DataOutput out) throws IOException {
        out.writeInt(number);
        out.writeInt(filled);
        out.writeInt(live);
    }

    /** Restores an extent of an arena that {@link #save} wrote. */
    public static Extent restore(Arena arena, DataInput in) throws IOException {
        Extent extent = arena.of((long) in.readInt() << Arena.SHIFT);
        extent.filled = in.readInt();
        extent.live = in.readInt();
        return extent;
    }

    /** Returns the address of its first word. */
    public long start() {
        return (long) number << Arena.SHIFT;
    }
}
