package dev.plinth.engine.internal.store;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.internal.base.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A directory in memory for tests of other rooms: written by one store, read again by others. */
public final class SavedLife {
    private static final int SEGMENT_BYTES = 2 * 1024 * 1024;

    private final MemoryDisk disk;
    private final List<TableName> tables;
    private final EngineClock clock;

    /** An empty directory. */
    public SavedLife(List<TableName> tables, EngineClock clock) {
        this(new MemoryDisk(), tables, clock);
    }

    private SavedLife(MemoryDisk disk, List<TableName> tables, EngineClock clock) {
        this.disk = disk;
        this.tables = tables;
        this.clock = clock;
    }

    /** Opens the directory; snapshots are made when a test says so. */
    public Store open(TableKind kind) {
        return Store.open(
                new Store.Settings(kind, tables, 1000),
                new Store.Files(Path.of("nowhere"), Journal.Durability.FSYNC, SEGMENT_BYTES, DiskLife.NEVER),
                disk,
                clock);
    }

    /** The same directory, as it is now. */
    public SavedLife copy() {
        return new SavedLife(disk.killed(), tables, clock);
    }

    /** The same directory without its snapshots. */
    public SavedLife withoutSnapshots() {
        Map<String, byte[]> contents = disk.contents();
        contents.keySet().removeIf(name -> Snapshot.sequenceOf(name) >= 0);
        return new SavedLife(MemoryDisk.of(contents), tables, clock);
    }
}
