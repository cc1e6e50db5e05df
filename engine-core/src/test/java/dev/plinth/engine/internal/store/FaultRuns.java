package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.log.DiskFault;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import java.util.Random;
import java.util.function.Function;

/** Runs one scenario again and again, and each time another operation of the disk fails, once. */
public final class FaultRuns {
    private static final int RECORDS = 200;

    private final long seed;
    private final Durability durability;
    private final Function<Disk, Disk> sabotage;

    public FaultRuns(long seed, Durability durability, Function<Disk, Disk> sabotage) {
        this.seed = seed;
        this.durability = durability;
        this.sabotage = sabotage;
    }

    /** Fails the first operation, then one in so many, until a run meets none; gives how many runs met one. */
    public int failEach(DiskFault fault, int step) {
        Random random = new Random(seed);
        int runs = 0;
        for (long number = 1; run(fault, number); number += 1L + random.nextInt(2 * step - 1)) {
            runs++;
        }
        return runs;
    }

    /** False if the scenario ended before the operation of this number. */
    private boolean run(DiskFault fault, long number) {
        RandomDiskWrites life = new RandomDiskWrites(seed, durability, sabotage);
        MemoryDisk disk = new MemoryDisk();
        disk.failAt(fault, number);
        long acknowledged = 0;
        String what = fault + " at operation " + number + "; " + life.where();
        try {
            acknowledged = live(life, disk, what);
        } catch (IllegalStateException refusedToOpen) {
            assertThat(refusedToOpen).as(what).hasMessageStartingWith("Expected ");
        } catch (AssertionError e) {
            throw new AssertionError("With " + what, e);
        }
        try {
            long left = life.check(disk.killed(), acknowledged);
            life.check(disk.crash(life.random()), durability == Durability.FSYNC ? acknowledged : 0);
            assertThat(left).as(what).isGreaterThanOrEqualTo(acknowledged);
        } catch (AssertionError e) {
            throw new AssertionError("After " + what, e);
        }
        return disk.failedOn() != null;
    }

    private static long live(RandomDiskWrites life, MemoryDisk disk, String what) {
        Store store = life.open(disk, RandomDiskWrites.OFTEN);
        life.work(store, RECORDS);
        store.close();
        Thread failed = disk.failedOn();
        // At OS the thread that makes snapshots is a caller too: it may write what others have queued, and it syncs.
        boolean journal = failed != null
                && (failed == Thread.currentThread()
                        || failed.getName().equals("plinth-journal")
                        || failed.getName().equals("plinth-snapshots") && disk.hasFailedOnSegment());
        assertThat(store.isWritable()).as("writable after %s", what).isEqualTo(!journal);
        return store.committed();
    }

    /** How far apart the operations are that fail: every one at the full length. */
    static int step() {
        return 10 / Math.min(10, TestScale.count(10));
    }
}
