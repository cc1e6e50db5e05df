package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.store.log.CheckedSnapshot;
import dev.plinth.engine.internal.store.log.JournalReader;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.JournalVisitor;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a snapshot, or of none, and of the journal after it. They are complete from the first one up to the
 * end of the journal or to the first damage.
 *
 * @param snapshot the snapshot; null if the journal starts at record 1
 * @param tail the end of the whole part of the journal; in no segment if none is usable
 * @param damage why it ends there; null if that is the end of the journal
 */
record RecoverablePrefix(
        Snapshot.@Nullable Loaded snapshot,
        JournalReader.Tail tail,
        @Nullable StoreDamageException damage) {
    /** Reads the journal after a snapshot. */
    private static RecoverablePrefix behind(
            Disk disk, StoreNames names, Snapshot.@Nullable Loaded snapshot, JournalVisitor visitor)
            throws IOException {
        long start = snapshot == null ? 0 : snapshot.start().sequence();
        int crc = snapshot == null ? 0 : snapshot.start().crc();
        JournalReader reader = JournalReader.behind(disk, names.storeId(disk), start, crc, visitor);
        StoreDamageException damage = null;
        try {
            JournalReader.Tail unused = reader.read(names.segments());
        } catch (StoreDamageException found) {
            damage = found;
        }
        JournalReader.Tail tail = reader.tail();
        if (tail.sequence() < start) {
            tail = new JournalReader.Tail(start, crc, 0, 0, 0, 0, 0);
        }
        return new RecoverablePrefix(snapshot, tail, damage);
    }

    /** Reads what an opening of the store would read. Its damage is the reason why the store would be refused. */
    static RecoverablePrefix opened(Disk disk, StoreNames names, List<CheckedSnapshot> snapshots) throws IOException {
        CheckedSnapshot foreign = CheckedSnapshot.newestIfForeign(snapshots);
        RecoverablePrefix prefix = opened(disk, names, CheckedSnapshot.newest(snapshots), new JournalVisitor() {});
        return foreign == null || prefix.damage != null
                ? prefix
                : new RecoverablePrefix(
                        prefix.snapshot, prefix.tail, new StoreDamageException(foreign.damage(), foreign.name(), 0));
    }

    /** Reads the same after the newest whole snapshot. */
    static RecoverablePrefix opened(
            Disk disk, StoreNames names, Snapshot.@Nullable Loaded snapshot, JournalVisitor visitor)
            throws IOException {
        // Read before the journal, which an engine may go on writing and close meanwhile.
        JournalState state = JournalState.read(disk);
        RecoverablePrefix prefix = behind(disk, names, snapshot, visitor);
        long newest = names.snapshots().isEmpty() ? 0 : names.snapshots().get(0);
        if (prefix.damage == null && (!prefix.isState() || prefix.last() < newest || prefix.endsNowhere(names))) {
            String name = Segment.name(Math.max(1, prefix.tail.segmentNumber()));
            return new RecoverablePrefix(
                    snapshot,
                    prefix.tail,
                    new StoreDamageException(
                            "the journal ends behind record " + prefix.last() + ", but " + Snapshot.name(newest)
                                    + " needs more of it",
                            name,
                            prefix.tail.tornFrom()));
        }
        StoreDamageException atEnd = prefix.damage == null && state != null ? state.damage(disk, prefix.tail) : null;
        return atEnd == null ? prefix : new RecoverablePrefix(snapshot, prefix.tail, atEnd);
    }

    /** Returns the longest prefix that is a state, or null. */
    static @Nullable RecoverablePrefix longest(Disk disk, StoreNames names, List<CheckedSnapshot> snapshots)
            throws IOException {
        List<Snapshot.@Nullable Loaded> starts = new ArrayList<>();
        for (CheckedSnapshot snapshot : snapshots) {
            if (snapshot.isWhole()) {
                starts.add(snapshot.loaded());
            }
        }
        starts.add(null);
        RecoverablePrefix longest = null;
        for (Snapshot.Loaded start : starts) {
            RecoverablePrefix prefix = behind(disk, names, start, new JournalVisitor() {});
            if (prefix.isState() && (longest == null || prefix.last() > longest.last())) {
                longest = prefix;
            }
        }
        return longest;
    }

    /** Returns the sequence of the last record. */
    long last() {
        return tail.sequence();
    }

    /**
     * Returns false if the snapshot was still being copied at the last record, so that its later rows are incomplete.
     */
    boolean isState() {
        return snapshot == null || last() >= snapshot.endSequence();
    }

    private boolean endsNowhere(StoreNames names) {
        return tail.segmentNumber() == 0 && tail.headless() == 0 && !names.isEmpty();
    }
}
