package dev.plinth.engine.internal.list;

import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import java.util.List;

/**
 * Reads several sets as one, each number once. It goes up or down, and remembers the next number of each set. So a step
 * reads only the sets whose number was taken. Not thread-safe; for one reading.
 */
public final class SetUnion {
    private final Rows rows;
    private final List<SetKey> sets;
    private final boolean upwards;
    /** The next number of each set, or {@link Rows#NONE} after its last one. */
    private final long[] heads;

    private boolean begun;

    private SetUnion(Rows rows, List<SetKey> sets, boolean upwards) {
        this.rows = rows;
        this.sets = sets;
        this.upwards = upwards;
        this.heads = new long[sets.size()];
    }

    /** Reads the sets from their smallest numbers on. */
    public static SetUnion upwards(Rows rows, List<SetKey> sets) {
        return new SetUnion(rows, sets, true);
    }

    /** Reads the sets from their largest numbers on. */
    public static SetUnion downwards(Rows rows, List<SetKey> sets) {
        return new SetUnion(rows, sets, false);
    }

    /** Returns the number next to an edge, or {@link Rows#NONE}. The edge never moves back. */
    public long next(long edge) {
        long nearest = Rows.NONE;
        for (int i = 0; i < heads.length; i++) {
            if (!begun || heads[i] != Rows.NONE && !isBeyond(heads[i], edge)) {
                heads[i] = upwards ? rows.ceiling(sets.get(i), edge + 1) : rows.floor(sets.get(i), edge - 1);
            }
            if (heads[i] != Rows.NONE && (nearest == Rows.NONE || isBeyond(nearest, heads[i]))) {
                nearest = heads[i];
            }
        }
        begun = true;
        return nearest;
    }

    private boolean isBeyond(long number, long edge) {
        return upwards ? number > edge : number < edge;
    }
}
