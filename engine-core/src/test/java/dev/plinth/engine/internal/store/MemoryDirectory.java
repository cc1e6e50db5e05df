package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** A directory in memory for tests of other rooms: written by one store, read again by others. */
public final class MemoryDirectory {
    private static final int SEGMENT_BYTES = 8 * 1024 * 1024;

    private final MemoryDisk disk;
    private final List<TableName<?>> tables;
    private final EngineClock clock;

    /** An empty directory. */
    public MemoryDirectory(List<TableName<?>> tables, EngineClock clock) {
        this(new MemoryDisk(), tables, clock);
    }

    private MemoryDirectory(MemoryDisk disk, List<TableName<?>> tables, EngineClock clock) {
        this.disk = disk;
        this.tables = tables;
        this.clock = clock;
    }

    /** Opens the directory; snapshots are made when a test says so. */
    public Store open(Tables kind) {
        return new StoreFiles(Path.of("nowhere"), Durability.FSYNC, SEGMENT_BYTES, RandomDiskWrites.NEVER)
                .open(new StoreSettings(kind, tables, 1000), disk, clock);
    }

    /**
     * Shows what is left if the process dies, or if the power fails, before one in so many operations of the disk; called on the
     * thread that would do it, which has to be quick.
     */
    public void dieAtOneIn(int operations, Random random, Consumer<MemoryDirectory> left) {
        disk.watch(operation -> {
            if (random.nextInt(operations) == 0) {
                MemoryDisk now = disk.killed();
                left.accept(new MemoryDirectory(random.nextBoolean() ? now : now.crash(random), tables, clock));
            }
        });
    }

    /** All rows that the next start finds, each as the write that has made it. */
    public List<Changes.Write> rows() {
        List<Changes.Write> rows = new ArrayList<>();
        Recovery.RecoveredTables recovered =
                Recovery.run(disk.killed(), new StoreSettings(Tables.HEAP, tables, 1_000_000), null);
        try (StoreTables found = recovered.tables()) {
            for (TableName<?> name : tables) {
                found.forEach(name, (key, row) -> rows.add(new Changes.Write(name, key, row)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    /** The same directory, as it is now. */
    public MemoryDirectory copy() {
        return new MemoryDirectory(disk.killed(), tables, clock);
    }

    /** The same directory without its snapshots. */
    public MemoryDirectory withoutSnapshots() {
        Map<String, byte[]> contents = disk.contents();
        contents.keySet().removeIf(name -> Snapshot.sequenceOf(name) >= 0);
        return new MemoryDirectory(MemoryDisk.of(contents), tables, clock);
    }
}
