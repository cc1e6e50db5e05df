package dev.plinth.engine.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Stores that die again and again: the machine stops before any operation of the disk, while the store works, while it opens, and
 * while it repairs what the crash before has left.
 */
final class CrashRuns {
    private static final int RECORDS_MAX = 60;
    private static final int LIVES = 6;

    private final Journal.Durability durability;
    private final Function<Disk, Disk> sabotage;
    private int states;

    CrashRuns(Journal.Durability durability, Function<Disk, Disk> sabotage) {
        this.durability = durability;
        this.sabotage = sabotage;
    }

    /** One store through several lives; gives how many states it was left in so far. */
    int run(long seed) {
        DiskLife life = new DiskLife(seed, durability, sabotage);
        Random random = life.random();
        MemoryDisk disk = new MemoryDisk();
        long acknowledged = 0;
        for (int i = 0; i < LIVES; i++) {
            List<Moment> moments = new ArrayList<>();
            Random watching = new Random(random.nextLong());
            long before = acknowledged;
            Store[] opened = new Store[1];
            MemoryDisk watched = disk;
            watched.watch(() -> {
                if (watching.nextInt(12) == 0) {
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

    private Store openOrFail(DiskLife life, MemoryDisk disk) {
        try {
            return life.open(disk, life.random().nextBoolean() ? DiskLife.OFTEN : DiskLife.NEVER);
        } catch (RuntimeException e) {
            throw new AssertionError("Expected a store that opens; " + life.where(), e);
        }
    }

    private void check(DiskLife life, Moment moment) {
        Random random = life.random();
        for (int i = 0; i < 3; i++) {
            MemoryDisk left = moment.disk.crash(random);
            List<MemoryDisk> duringRepair = new ArrayList<>();
            left.watch(() -> duringRepair.add(left.killed()));
            long last = life.check(left, survivesPowerCut(moment));
            states++;
            // A machine that dies while it opens loses nothing that it had found.
            if (!duringRepair.isEmpty()) {
                MemoryDisk again = duringRepair.get(random.nextInt(duringRepair.size()));
                life.check(again.crash(random), last);
                states++;
            }
        }
        if (random.nextInt(4) == 0) {
            life.check(moment.disk.killed(), moment.acknowledged);
            states++;
        }
    }

    private long survivesPowerCut(Moment moment) {
        return durability == Journal.Durability.FSYNC ? moment.acknowledged : 0;
    }

    /** A disk at some time, and what had been acknowledged by then. */
    private record Moment(MemoryDisk disk, long acknowledged) {}
}
