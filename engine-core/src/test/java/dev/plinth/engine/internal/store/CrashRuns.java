package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.store.log.DiskFault;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Stores that die again and again: the machine stops before any operation of the disk, while the store works, while it opens, and
 * while it repairs what the crash before has left.
 */
public final class CrashRuns {
    private static final int RECORDS_MAX = 120;
    private static final int LIVES = 6;
    // Seldom enough that several segments are deleted at once; often; and never.
    private static final long[] SNAPSHOTS = {10 * 1024, RandomDiskWrites.OFTEN, RandomDiskWrites.NEVER};

    private final Durability durability;
    private final Function<Disk, Disk> sabotage;
    private int states;

    public CrashRuns(Durability durability, Function<Disk, Disk> sabotage) {
        this.durability = durability;
        this.sabotage = sabotage;
    }

    /** Runs a store through several lives; gives how many states it was left in so far. */
    public int run(long seed) {
        RandomDiskWrites life = new RandomDiskWrites(seed, durability, sabotage);
        Random random = life.random();
        MemoryDisk disk = new MemoryDisk();
        long acknowledged = 0;
        for (int i = 0; i < LIVES; i++) {
            List<Moment> moments = new ArrayList<>();
            Random watching = new Random(random.nextLong());
            long before = acknowledged;
            Store[] opened = new Store[1];
            MemoryDisk watched = disk;
            watched.watch(operation -> {
                boolean ofNames = operation == DiskFault.Operation.NAME || operation == DiskFault.Operation.SYNC_NAMES;
                if (watching.nextInt(ofNames ? 4 : 40) == 0) {
                    long seen = opened[0] == null ? before : opened[0].committed();
                    moments.add(new Moment(watched.killed(), seen));
                }
            });
            Store store = openOrFail(life, disk);
            opened[0] = store;
            life.history().cutTo(life.check(store, acknowledged));
            life.work(store, random.nextInt(RECORDS_MAX));
            moments.add(new Moment(disk.killed(), store.committed()));
            store.close();
            disk.watch(null);
            for (Moment moment : moments) {
                check(life, moment);
            }
            Moment next = moments.get(random.nextInt(moments.size()));
            boolean powerFails = random.nextBoolean();
            disk = powerFails ? next.disk.crash(random) : next.disk;
            acknowledged = powerFails ? survivesPowerCut(next) : next.acknowledged;
        }
        return states;
    }

    private Store openOrFail(RandomDiskWrites life, MemoryDisk disk) {
        try {
            return life.open(disk, SNAPSHOTS[life.random().nextInt(SNAPSHOTS.length)]);
        } catch (RuntimeException e) {
            throw new AssertionError("Expected a store that opens; " + life.where(), e);
        }
    }

    private void check(RandomDiskWrites life, Moment moment) {
        Random random = life.random();
        for (int i = 0; i < 3; i++) {
            MemoryDisk left = moment.disk.crash(random);
            if (random.nextBoolean()) {
                life.checkAndGoOn(left, survivesPowerCut(moment));
                states++;
            } else {
                checkRepair(life, left, survivesPowerCut(moment));
            }
        }
        if (random.nextInt(4) == 0) {
            life.check(moment.disk.killed(), moment.acknowledged);
            states++;
        }
    }

    /** A machine that dies while it opens loses nothing that it had found. */
    private void checkRepair(RandomDiskWrites life, MemoryDisk left, long acknowledged) {
        List<MemoryDisk> moments = new ArrayList<>();
        left.watch(operation -> moments.add(left.killed()));
        long last = life.check(left, acknowledged);
        MemoryDisk again = moments.get(life.random().nextInt(moments.size()));
        life.check(again.crash(life.random()), last);
        states += 2;
    }

    private long survivesPowerCut(Moment moment) {
        return durability == Durability.FSYNC ? moment.acknowledged : 0;
    }

    /** A disk at some time, and what had been acknowledged by then. */
    private record Moment(MemoryDisk disk, long acknowledged) {}
}
