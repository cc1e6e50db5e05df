package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Ids of one kind, in about 32 bytes each. Not thread-safe. */
final class IdSet {
    private static final int AT_FIRST = 1 << 10;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private long[] halves = new long[2 * AT_FIRST];
    private int size;
    /** True if the id is there whose bits are all 0, which is no entry of the table. */
    private boolean hasZero;

    void add(Id id) {
        if (id.high() == 0 && id.low() == 0) {
            hasZero = true;
        } else if (put(halves, id.high(), id.low()) && ++size > halves.length / 4) {
            grow();
        }
    }

    boolean has(Id id) {
        if (id.high() == 0 && id.low() == 0) {
            return hasZero;
        }
        int at = place(halves, id.high(), id.low());
        return (halves[at] | halves[at + 1]) != 0;
    }

    /** Returns the first id of a kind that passes a test, or null. */
    @Nullable
    Id find(IdKind kind, Predicate<Id> test) {
        for (int at = 0; at < halves.length; at += 2) {
            boolean isThere = (halves[at] | halves[at + 1]) != 0;
            Id id = isThere ? new Id(kind, halves[at], halves[at + 1]) : null;
            if (id != null && test.test(id)) {
                return id;
            }
        }
        return null;
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(halves.length, 2)];
        for (int at = 0; at < halves.length; at += 2) {
            if ((halves[at] | halves[at + 1]) != 0) {
                boolean unused = put(larger, halves[at], halves[at + 1]);
            }
        }
        halves = larger;
    }

    private static boolean put(long[] halves, long high, long low) {
        int at = place(halves, high, low);
        boolean isNew = (halves[at] | halves[at + 1]) == 0;
        halves[at] = high;
        halves[at + 1] = low;
        return isNew;
    }

    /** Returns the place of an id, or the free one that it gets. */
    private static int place(long[] halves, long high, long low) {
        int mask = halves.length / 2 - 1;
        long mixed = (high * SPREAD ^ low) * SPREAD;
        int slot = (int) (mixed ^ mixed >>> Integer.SIZE) & mask;
        while ((halves[2 * slot] != high || halves[2 * slot + 1] != low)
                && (halves[2 * slot] | halves[2 * slot + 1]) != 0) {
            slot = slot + 1 & mask;
        }
        return 2 * slot;
    }
}
