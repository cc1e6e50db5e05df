package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.log.SnapshotDamageException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot whose file was read to its end, without keeping its rows.
 *
 * @param loaded its header and end; null if it is damaged
 * @param damage the damage; empty if it is whole
 * @param isForeign true if it is a snapshot of another store
 */
public record CheckedSnapshot(String name, Snapshot.@Nullable Loaded loaded, String damage, boolean isForeign) {
    private static final Snapshot.RowSink IGNORED = (table, key, row) -> {};

    /** Reads all snapshots, the newest one first. */
    public static List<CheckedSnapshot> all(Disk disk, StoreNames names, List<TableName<?>> tables) throws IOException {
        StoreId store = names.storeId(disk);
        List<CheckedSnapshot> all = new ArrayList<>();
        for (long sequence : names.snapshots()) {
            all.add(of(disk, Snapshot.name(sequence), tables, store));
        }
        return all;
    }

    /**
     * Reads one snapshot.
     *
     * @param store the store to which it must belong; null for any
     * @throws IllegalStateException if it is of another version, or has a table that this release does not know
     */
    public static CheckedSnapshot of(Disk disk, String name, List<TableName<?>> tables, @Nullable StoreId store) {
        return of(disk, name, tables, store, IGNORED);
    }

    /** Reads one snapshot likewise, and shows its rows. An exception of the sink ends the reading. */
    public static CheckedSnapshot of(
            Disk disk, String name, List<TableName<?>> tables, @Nullable StoreId store, Snapshot.RowSink sink) {
        try {
            return of(name, store, () -> Snapshot.read(disk, name, tables, sink));
        } catch (IOException e) {
            return unusable(name, e);
        }
    }

    /**
     * Reads one snapshot from a stream likewise, and closes the stream.
     *
     * @param sequence the sequence at its start
     * @throws IOException if the stream breaks off, which says nothing about the snapshot
     */
    public static CheckedSnapshot of(InputStream in, long sequence, List<TableName<?>> tables, @Nullable StoreId store)
            throws IOException {
        return of(Snapshot.name(sequence), store, () -> Snapshot.read(in, sequence, tables, IGNORED));
    }

    private static CheckedSnapshot of(String name, @Nullable StoreId store, Reading reading) throws IOException {
        try {
            Snapshot.Loaded loaded = reading.read();
            String foreign = loaded.start().foreignTo(store);
            return foreign == null
                    ? new CheckedSnapshot(name, loaded, "", false)
                    : new CheckedSnapshot(name, null, foreign, true);
        } catch (SnapshotDamageException damage) {
            return unusable(name, damage);
        }
    }

    private static CheckedSnapshot unusable(String name, IOException why) {
        return new CheckedSnapshot(name, null, name + " cannot be used: " + why.getMessage(), false);
    }

    /** Reads a snapshot. */
    @FunctionalInterface
    private interface Reading {
        Snapshot.Loaded read() throws IOException;
    }

    public boolean isWhole() {
        return loaded != null;
    }

    /** Returns the newest undamaged snapshot if it belongs to another store, or null. */
    public static @Nullable CheckedSnapshot newestIfForeign(List<CheckedSnapshot> snapshots) {
        for (CheckedSnapshot snapshot : snapshots) {
            if (snapshot.isWhole() || snapshot.isForeign) {
                return snapshot.isForeign ? snapshot : null;
            }
        }
        return null;
    }

    /** Returns the first whole snapshot, or null. */
    public static Snapshot.@Nullable Loaded newest(List<CheckedSnapshot> snapshots) {
        for (CheckedSnapshot snapshot : snapshots) {
            if (snapshot.isWhole()) {
                return snapshot.loaded;
            }
        }
        return null;
    }
}
