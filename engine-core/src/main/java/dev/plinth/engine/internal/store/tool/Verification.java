package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.CheckedSnapshot;
import dev.plinth.engine.internal.store.log.JournalReader;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.JournalVisitor;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.SegmentWindow;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.TornTail;
import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads every file of a store to its end, needed or not, and finds the damage and whether the store opens. It keeps one
 * frame in memory and changes nothing.
 *
 * <p>It names the first damage of each segment, because later damage may only follow from it.
 */
final class Verification implements JournalVisitor {
    private final List<TableName<?>> tables;
    private final RecordCodec codec;
    private final List<String> lines = new ArrayList<>();
    private final Set<String> damages = new LinkedHashSet<>();
    private String segment = "";
    private long segmentFirst;
    private long segmentRecords;
    private long epoch;
    private long records;
    private long first;
    private long last;
    private long lastBehind;
    private String end = "";

    private Verification(List<TableName<?>> tables) {
        this.tables = tables;
        this.codec = new RecordCodec(tables);
    }

    /**
     * The findings.
     *
     * @param lines the files, a line for each
     * @param damages the damages, a sentence without an end for each place
     * @param opened what an opening of the store would read
     * @param snapshots all snapshots, the newest one first
     * @param lastKnown the last record that any file names
     */
    record Found(
            List<String> lines,
            List<String> damages,
            RecoverablePrefix opened,
            List<CheckedSnapshot> snapshots,
            long lastKnown) {
        /** Returns true if the store opens with all of its records. */
        boolean opens() {
            return opened.damage() == null;
        }
    }

    /**
     * Reads these files.
     *
     * @throws IllegalStateException if one is of another version
     */
    static Found of(Disk disk, StoreNames names, List<TableName<?>> tables) throws IOException {
        return new Verification(tables).read(disk, names);
    }

    private Found read(Disk disk, StoreNames names) throws IOException {
        List<CheckedSnapshot> snapshots = CheckedSnapshot.all(disk, names, tables);
        long lastKnown = 0;
        long bytes = 0;
        for (CheckedSnapshot snapshot : snapshots) {
            long size = size(disk, snapshot.name());
            bytes += size;
            lines.add(line(snapshot, size));
            lastKnown = Math.max(lastKnown, Snapshot.sequenceOf(snapshot.name()));
            Snapshot.Loaded loaded = snapshot.loaded();
            if (loaded == null) {
                damages.add(snapshot.damage());
            } else {
                epoch = Math.max(epoch, loaded.start().epoch());
                lastKnown = Math.max(lastKnown, loaded.endSequence());
            }
        }
        for (long number : names.segments()) {
            bytes += size(disk, Segment.name(number));
        }
        JournalState state = JournalState.read(disk);
        if (state != null && state.closed()) {
            lastKnown = Math.max(lastKnown, state.sequence());
        }
        readJournal(disk, names.storeId(disk), names.segments());
        RecoverablePrefix opened = RecoverablePrefix.opened(disk, names, snapshots);
        StoreDamageException damage = opened.damage();
        if (damage != null) {
            damages.add(damage.what());
        }
        if (!end.isEmpty()) {
            lines.add(end);
        }
        lines.add(0, summary(bytes));
        return new Found(
                List.copyOf(lines),
                List.copyOf(damages),
                opened,
                snapshots,
                Math.max(lastKnown, Math.max(last, lastBehind)));
    }

    /** Reads all segments. After damage it starts again, as if the journal began there. */
    private void readJournal(Disk disk, @Nullable StoreId store, List<Long> segments) throws IOException {
        List<Long> rest = segments;
        while (!rest.isEmpty()) {
            try {
                JournalReader.Tail tail = JournalReader.all(disk, store, this).read(rest);
                end = end(disk, tail);
                rest = List.of();
            } catch (StoreDamageException damage) {
                damages.add(damage.what());
                if (rest.contains(Segment.numberOf(damage.file()))) {
                    lastBehind = Math.max(lastBehind, lastWhole(disk, damage, store));
                }
                rest = behind(rest, damage);
            }
            endSegment();
        }
    }

    /** Returns the last record with a whole frame after a damage, in the same file. */
    private static long lastWhole(Disk disk, StoreDamageException damage, @Nullable StoreId store) throws IOException {
        try (Disk.File file = disk.open(damage.file())) {
            SegmentWindow segmentWindow = new SegmentWindow(file);
            long end = segmentWindow.writtenEnd(damage.position());
            long lastWhole = JournalReader.lastWhole(segmentWindow, damage.position(), end, 0);
            if (lastWhole > 0 || store == null) {
                return lastWhole;
            }
            segmentWindow.unmask(store); // the header may be the damage, and other files name the store too
            return JournalReader.lastWhole(segmentWindow, damage.position(), end, 0);
        }
    }

    /**
     * Returns the segments with which to go on. A segment that does not fit after the one before it may be whole in
     * itself.
     */
    private static List<Long> behind(List<Long> segments, StoreDamageException damage) {
        long number = Segment.numberOf(damage.file());
        boolean again = damage.position() == 0 && number != segments.get(0);
        int from = 0;
        while (from < segments.size() && (again ? segments.get(from) < number : segments.get(from) <= number)) {
            from++;
        }
        return segments.subList(from, segments.size());
    }

    @Override
    public void segment(Segment begun) {
        endSegment();
        segment = Segment.name(begun.number());
        segmentFirst = begun.firstSequence();
        segmentRecords = 0;
    }

    @Override
    public void record(RecordCodec.Head head, byte[] bytes) {
        Record unused = codec.decode(bytes);
        epoch = Math.max(epoch, head.epoch());
        first = first == 0 ? head.sequence() : first;
        last = Math.max(last, head.sequence());
        records++;
        segmentRecords++;
    }

    private void endSegment() {
        if (!segment.isEmpty()) {
            String which = segmentRecords == 0
                    ? "no records yet"
                    : "records " + segmentFirst + " to " + (segmentFirst + segmentRecords - 1);
            lines.add(segment + ": " + which);
            segment = "";
        }
    }

    private static String line(CheckedSnapshot snapshot, long bytes) {
        Snapshot.Loaded loaded = snapshot.loaded();
        return snapshot.name() + ": "
                + (loaded == null
                        ? "damaged"
                        : loaded.rows() + " rows, with the journal from record "
                                + (loaded.start().sequence() + 1) + ", at least up to record "
                                + loaded.endSequence())
                + ", " + bytes + " bytes";
    }

    private String summary(long bytes) {
        return "format " + Segment.VERSION + ", epoch " + epoch + ", " + records + " records in the journal"
                + (records == 0 ? "" : " (" + first + " to " + last + ")") + ", " + bytes + " bytes";
    }

    private static String end(Disk disk, JournalReader.Tail tail) throws IOException {
        if (tail.headless() > 0) {
            return Segment.name(tail.headless()) + ": made and not begun, which the next start repairs";
        }
        TornTail torn = TornTail.of(disk, tail);
        if (torn == null) {
            return "";
        }
        return "torn end: " + torn.what() + ", and the next start "
                + (torn.mayHoldMore() ? "puts a copy of the file aside and " : "")
                + "repairs it, unless an engine is just writing there";
    }

    private static long size(Disk disk, String name) throws IOException {
        try (Disk.File file = disk.open(name)) {
            return file.size();
        }
    }
}
