package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.OffHeapArena;
import dev.plinth.engine.internal.base.Bytes;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A reader of rows off the heap beside the writer, which puts other rows in their place and recycles memory. Each state
 * is a row of one table, because a table for each would take too much memory. So the writers take turns.
 */
public final class ArenaStress {
    private static final int KEY_BYTES = 16;
    private static final int ROW_BYTES = 1000;
    private static final int ABSENT = 0;
    private static final int TORN = -1;
    private static final int MIXED = 1 << 20;
    private static final AtomicLong KEYS = new AtomicLong();
    private static final Table TABLE =
            new ArenaTable(new TableShape("stress", KEY_BYTES, 100_000, ROW_BYTES), new OffHeapArena());

    private ArenaStress() {}

    /** A row that is replaced is the old or the new one, and never the old one after the new one. */
    @JCStressTest
    @Outcome(
            id = {"1, 1", "1, 2", "2, 2"},
            expect = Expect.ACCEPTABLE,
            desc = "Whole rows in their order.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A row is torn, lost, another one's, or older than one read before.")
    @State
    public static class Replace {
        private final byte[] key = newKey();

        public Replace() {
            put(key, 1);
        }

        @Actor
        public void write() {
            put(key, 2);
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = value(key);
            result.r2 = value(key);
        }

        @Arbiter
        public void remove() {
            put(key, ABSENT);
        }
    }

    /** A row of the index that is new is absent or there, and stays there once it was seen. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "Absent, then there.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "The index loses a row, or leads to another one.")
    @State
    public static class Insert {
        private final byte[] key = newKey();

        @Actor
        public void write() {
            put(key, 1);
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = value(key);
            result.r2 = value(key);
        }

        @Arbiter
        public void remove() {
            put(key, ABSENT);
        }
    }

    private static byte[] newKey() {
        byte[] key = new byte[KEY_BYTES];
        Bytes.putLong(key, 8, KEYS.incrementAndGet());
        return key;
    }

    /** Puts a row of so many bytes that all depend on key and value, or removes it. */
    private static void put(byte[] key, int value) {
        byte[] row = null;
        if (value != ABSENT) {
            row = new byte[ROW_BYTES + value];
            Arrays.fill(row, fill(key, value));
        }
        synchronized (TABLE) {
            if (row == null) {
                TABLE.remove(key);
            } else {
                TABLE.put(key, row);
            }
            TABLE.endRecord();
        }
    }

    private static byte fill(byte[] key, int value) {
        return (byte) (31 * Arrays.hashCode(key) + value);
    }

    private static int value(byte[] key) {
        byte[] row = TABLE.get(key);
        if (row == null) {
            return ABSENT;
        }
        int value = row.length - ROW_BYTES;
        byte expected = fill(key, value);
        for (byte each : row) {
            if (each != expected) {
                return value < 1 || value > 2 ? MIXED : TORN;
            }
        }
        return value;
    }
}
