package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Random writes into stores on a disk, and the question after everything that may happen to it: is what is left a beginning of
 * what was written, with all that was acknowledged in it?
 *
 * <p>A record has one row, or many, or takes all of them out. Segments are small, so that a few hundred records rotate, make
 * snapshots and delete old segments. Some lives are monotonous,
 * with frames of one record and one length: what was left of an older frame then fits exactly behind a newer one.
 */
public final class RandomDiskWrites {
    public static final int SEGMENT_BYTES = 4 * 1024;
    public static final long OFTEN = 3 * 1024;
    public static final long NEVER = Long.MAX_VALUE;
    private static final int IDS = 20;
    private static final long REMOVED = -1;
    // Thousands of stores are opened on purpose on disks that fail; the logger is kept, or its level would be lost.
    private static final Logger QUIET = Logger.getLogger(Store.class.getPackageName());

    static {
        QUIET.setLevel(Level.OFF);
    }

    private final long seed;
    private final Random random;
    private final Function<Disk, Disk> sabotage;
    private final Durability durability;
    private final boolean monotonous;
    private final AppendHistory history = new AppendHistory(List.of(TestRows.TABLE));

    /**
     * A life without history.
     *
     * @param sabotage what stands between store and disk: nothing, or something that the suites have to find
     */
    public RandomDiskWrites(long seed, Durability durability, Function<Disk, Disk> sabotage) {
        this.seed = seed;
        this.random = new Random(seed);
        this.monotonous = random.nextInt(3) == 0;
        this.durability = durability;
        this.sabotage = sabotage;
    }

    public Random random() {
        return random;
    }

    public AppendHistory history() {
        return history;
    }

    public Store open(MemoryDisk disk, long bytesPerSnapshot) {
        return open(Tables.HEAP, disk, bytesPerSnapshot);
    }

    public Store open(Tables kind, MemoryDisk disk, long bytesPerSnapshot) {
        return new StoreFiles(Path.of("nowhere"), durability, SEGMENT_BYTES, bytesPerSnapshot)
                .open(
                        TestRows.settings(kind),
                        sabotage.apply(disk),
                        ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z")));
    }

    /** Writes so many records, waiting for most of them; each refusal has to be the right one. */
    public void work(Store store, int count) {
        long last = store.committed();
        for (int i = 0; i < count; i++) {
            try {
                last = append(store);
            } catch (RefusedException refused) {
                assertThat(refused.refusal().code()).as(where()).isEqualTo(ProblemCode.CAPACITY_EXHAUSTED);
            }
            if (random.nextInt(4) > 0 || monotonous) {
                await(store, last);
            }
        }
        await(store, last);
    }

    private void await(Store store, long sequence) {
        try {
            store.await(sequence);
        } catch (RefusedException refused) {
            assertThat(refused.refusal().code()).as(where()).isEqualTo(ProblemCode.OUTCOME_UNKNOWN);
            assertThat(store.isWritable()).as(where()).isFalse();
            assertThat(store.stateHash())
                    .as("state after all unknown was taken back; %s", where())
                    .isEqualTo(history.hash(store.committed()));
        }
    }

    public long append(Store store) {
        if (!monotonous && random.nextInt(60) == 0) {
            return store.write(transaction -> {
                long sequence = transaction.appendRemovalOfAll();
                history.addRemovalOfAll(sequence, transaction);
                return sequence;
            });
        }
        return append(store, !monotonous && random.nextInt(4) == 0 ? 1 + random.nextInt(IDS) : 1);
    }

    /** Appends a record of so many rows. */
    public long append(Store store, int rows) {
        int from = random.nextInt(IDS);
        long[] values = new long[rows];
        for (int i = 0; i < rows; i++) {
            values[i] = random.nextInt(4) == 0 && !monotonous ? REMOVED : random.nextInt(1_000_000);
        }
        return store.write(transaction -> {
            List<Changes.Write> writes = new ArrayList<>();
            for (int i = 0; i < rows; i++) {
                long id = ((long) from + i) % IDS;
                writes.add(values[i] == REMOVED ? TestRows.removal(id) : TestRows.write(transaction, id, values[i]));
            }
            long sequence = transaction.append(writes, transaction.nowMillis());
            history.add(sequence, transaction, writes);
            return sequence;
        });
    }

    /** Opens what is left, which has to be a beginning of the history with all that was acknowledged in it; gives its end. */
    public long check(MemoryDisk disk, long acknowledged) {
        Store store;
        try {
            store = open(disk, NEVER);
        } catch (RuntimeException e) {
            throw new AssertionError("Expected a store that opens; " + where(), e);
        }
        try (store) {
            return check(store, acknowledged);
        }
    }

    /** The same, and what is written behind it has to be there the next time. */
    public long checkAndGoOn(MemoryDisk disk, long acknowledged) {
        try (Store store = open(disk, NEVER)) {
            long last = check(store, acknowledged);
            goOn(store, disk, where());
            return last;
        } catch (IllegalStateException e) {
            throw new AssertionError("Expected a store that opens; " + where(), e);
        }
    }

    /** Writes a little; then it has to be there whether the process dies or closes the store. */
    public void goOn(Store store, MemoryDisk disk, String what) {
        for (int i = random.nextInt(8); i >= 0; i--) {
            store.await(TestRows.put(store, i, i));
        }
        byte[] state = store.stateHash();
        MemoryDisk killed = disk.killed();
        store.close();
        for (MemoryDisk left : List.of(killed, disk)) {
            try (Store again = open(left, NEVER)) {
                assertThat(again.stateHash()).as("reopened after %s", what).isEqualTo(state);
            } catch (IllegalStateException e) {
                throw new AssertionError("Expected a store that opens again after " + what, e);
            }
        }
    }

    /** The same of a store that is open. */
    public long check(Store store, long acknowledged) {
        long last = store.committed();
        assertThat(last).as("records left; %s", where()).isBetween(acknowledged, history.size());
        assertThat(store.stateHash())
                .as("state after record %d; %s", last, where())
                .isEqualTo(history.hash(last));
        return last;
    }

    public String where() {
        return TestScale.repeatWith(seed);
    }
}
