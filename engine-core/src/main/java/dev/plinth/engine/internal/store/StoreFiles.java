package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.log.DirectoryDisk;
import dev.plinth.engine.internal.store.log.FileJournal;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.upgrade.UpgradedFiles;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The files of a store, and the way to open it. Immutable.
 *
 * @param directory the directory
 * @param durability FSYNC or OS
 * @param segmentBytes length of a journal segment
 * @param bytesPerSnapshot bytes of journal after which a snapshot is made, or more if the last one is large
 * @param quick where a clean close leaves the tables; null for none
 */
public record StoreFiles(
        Path directory,
        Durability durability,
        int segmentBytes,
        long bytesPerSnapshot,
        @Nullable QuickFiles quick) {
    public static final int SEGMENT_BYTES = 64 * 1024 * 1024;
    private static final long BYTES_PER_SNAPSHOT = 256L * 1024 * 1024;

    /** Makes files whose store leaves no tables. */
    public StoreFiles(Path directory, Durability durability, int segmentBytes, long bytesPerSnapshot) {
        this(directory, durability, segmentBytes, bytesPerSnapshot, null);
    }

    /** Returns files of the usual sizes. */
    public static StoreFiles in(Path directory, Durability durability) {
        return new StoreFiles(directory, durability, SEGMENT_BYTES, BYTES_PER_SNAPSHOT);
    }

    /**
     * Returns these files with tables that a clean close leaves for the next start.
     *
     * @param memory the directory for them, best in memory
     * @param release the release, because another one may derive other sets from the same rows
     */
    public StoreFiles leaving(Path memory, String release) {
        return new StoreFiles(directory, durability, segmentBytes, bytesPerSnapshot, new QuickFiles(memory, release));
    }

    /**
     * Opens the directory, and makes it if it does not exist, and recovers its rows.
     *
     * @throws IllegalStateException if it cannot be opened; one sentence says why and what to do
     */
    public Store open(StoreSettings settings, EngineClock clock) {
        Disk disk = DirectoryDisk.open(directory);
        QuickRestart restart = null;
        try {
            restart = quick == null ? null : QuickRestart.open(quick, settings);
            return open(settings, disk, clock, restart);
        } catch (RuntimeException | Error e) {
            if (restart != null) {
                restart.close();
            }
            disk.close();
            throw e;
        }
    }

    /** Opens another disk likewise, for tests. A clean close of it leaves no tables. */
    public Store open(StoreSettings settings, Disk disk, EngineClock clock) {
        return open(settings, disk, clock, null);
    }

    Store open(StoreSettings settings, Disk disk, EngineClock clock, @Nullable QuickRestart restart) {
        RecoveryProgress watch = new RecoveryProgress();
        finishUpgrade(disk);
        Recovery.RecoveredTables recovered = Recovery.run(disk, settings, restart);
        long recoveryNanos = watch.nanos();
        StoreTables tables = recovered.tables();
        try {
            Snapshots.EarlierSnapshots earlier = Snapshots.EarlierSnapshots.of(disk);
            FileJournal journal = new FileJournal(disk, durability, recovered.end(), segmentBytes);
            Function<Store, Snapshots> snapshots =
                    store -> new Snapshots(store, disk, tables, journal, settings.tables(), bytesPerSnapshot, earlier);
            try {
                return Store.ofDirectory(recovered, journal, clock, disk, restart, recoveryNanos, snapshots);
            } catch (RuntimeException | Error e) {
                journal.close(); // ends those of its threads that have begun
                throw e;
            }
        } catch (RuntimeException | Error e) {
            tables.close();
            throw e;
        } catch (IOException e) {
            tables.close();
            throw new IllegalStateException(
                    "Expected room for a journal segment of " + segmentBytes
                            + " bytes, but the disk refused it: " + e.getMessage()
                            + "; free some space or name another directory.",
                    e);
        }
    }

    private static void finishUpgrade(Disk disk) {
        try {
            UpgradedFiles.finish(disk);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to finish an interrupted upgrade, but the disk failed: " + e.getMessage()
                            + "; check it, then start again.",
                    e);
        }
    }
}
