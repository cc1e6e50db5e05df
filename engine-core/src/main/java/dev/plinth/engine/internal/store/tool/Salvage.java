package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.CheckedSnapshot;
import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.JournalReader;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.SegmentWindow;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.FileCopy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Makes a damaged store one that opens. It keeps the longest whole prefix of the history and puts the rest aside. It
 * deletes nothing.
 *
 * <p>The part that is cut off is copied first. The cut comes last; only the journal's state comes after it, which
 * forgets where the journal was closed. Until then the store is refused as before, so that an interrupted salvage can
 * be repeated.
 */
final class Salvage {
    private final Disk disk;
    private final StoreNames names;
    private final List<TableName<?>> tables;
    private final int segmentBytes;

    private Salvage(Disk disk, StoreNames names, List<TableName<?>> tables, int segmentBytes) {
        this.disk = disk;
        this.names = names;
        this.tables = tables;
        this.segmentBytes = segmentBytes;
    }

    /**
     * Salvages a disk that no other opening has.
     *
     * @param acceptLoss false to report only what would be lost
     * @param segmentBytes length of a segment, if one has to be made
     * @throws IllegalStateException if nothing can be kept; one sentence says what to do
     */
    static StoreReport run(Disk disk, List<TableName<?>> tables, boolean acceptLoss, int segmentBytes)
            throws IOException {
        StoreNames names = StoreNames.of(disk);
        return new Salvage(disk, names, tables, segmentBytes).run(acceptLoss);
    }

    private StoreReport run(boolean acceptLoss) throws IOException {
        Verification.Found found = Verification.of(disk, names, tables);
        if (found.opens()) {
            return new StoreReport(
                    true,
                    List.of("nothing to recover: the store opens with all records up to "
                            + found.opened().last()));
        }
        RecoverablePrefix kept = RecoverablePrefix.longest(disk, names, found.snapshots());
        if (kept == null || kept.last() == 0) {
            throw new IllegalStateException("Expected something whole to keep, but "
                    + found.damages().get(0) + "; restore a backup, or start with a new directory.");
        }
        List<String> lines = new ArrayList<>();
        for (String damage : found.damages()) {
            lines.add("damaged: " + damage);
        }
        List<String> behind = behind(kept, found.snapshots());
        if (!acceptLoss) {
            lines.add("would keep records 1 to " + kept.last());
            lines.add("would lose " + lost(kept, found.lastKnown()));
            lines.add("nothing was changed; to keep records 1 to " + kept.last()
                    + " and lose the others, run it again with --accept-loss");
            return new StoreReport(false, lines);
        }
        StoreId store = Objects.requireNonNull(names.storeId(disk), "Expected that what is kept names its store");
        String aside = disk.makeNewDirectory("lost-" + (kept.last() + 1));
        putAside(behind, kept, aside, store);
        JournalState.unknown(store).write(disk, true);
        StoreDamageException left = RecoverablePrefix.opened(
                        disk, StoreNames.of(disk), CheckedSnapshot.all(disk, StoreNames.of(disk), tables))
                .damage();
        if (left != null) {
            throw new IllegalStateException("Expected a store that opens, but " + left.what()
                    + "; what was behind is in " + aside + ". Restore a backup.");
        }
        lines.add("kept records 1 to " + kept.last());
        lines.add("lost " + lost(kept, found.lastKnown()));
        lines.add("put aside into " + aside + ", nothing was deleted");
        return new StoreReport(true, lines);
    }

    private static String lost(RecoverablePrefix kept, long lastKnown) {
        return lastKnown > kept.last()
                ? "records " + (kept.last() + 1) + " to " + lastKnown + ", and any behind them"
                : "all records behind record " + kept.last() + "; their number is unknown";
    }

    /** Returns the files outside of the kept prefix, except the one that is cut. */
    private List<String> behind(RecoverablePrefix kept, List<CheckedSnapshot> snapshots) {
        List<String> behind = new ArrayList<>();
        // From the end, because the store is refused as long as any of them is there.
        for (int i = names.segments().size() - 1; i >= 0; i--) {
            if (names.segments().get(i) > kept.tail().segmentNumber()) {
                behind.add(Segment.name(names.segments().get(i)));
            }
        }
        Snapshot.Loaded start = kept.snapshot();
        long keptFrom = start == null ? 0 : start.start().sequence();
        for (CheckedSnapshot snapshot : snapshots) {
            // A later whole snapshot needs missing records, or was made from others than those that are there.
            if (!snapshot.isWhole() || Snapshot.sequenceOf(snapshot.name()) > keptFrom) {
                behind.add(snapshot.name());
            }
        }
        return behind;
    }

    private void putAside(List<String> behind, RecoverablePrefix kept, String aside, StoreId store) throws IOException {
        JournalReader.Tail tail = kept.tail();
        String last = tail.segmentNumber() == 0 ? null : Segment.name(tail.segmentNumber());
        if (last != null && isWrittenBehind(last, tail.position())) {
            FileCopy.copy(disk, last, disk, aside + "/" + last);
            disk.syncNames();
        }
        if (disk.names().contains(JournalState.NAME)) {
            FileCopy.copy(disk, JournalState.NAME, disk, aside + "/" + JournalState.NAME);
            disk.syncNames();
        }
        for (String name : behind) {
            disk.rename(name, aside + "/" + name);
            disk.syncNames();
        }
        if (last != null) {
            cut(last, tail, store);
        } else {
            Snapshot.Loaded start = kept.snapshot();
            long epoch = start == null ? 1 : start.start().epoch();
            Segment.create(disk, new Segment(store, epoch, 1, tail.sequence() + 1, tail.crc()), segmentBytes);
        }
    }

    /** Returns true if there is more after the position than the empty frame that ends a segment. */
    private boolean isWrittenBehind(String name, int position) throws IOException {
        try (Disk.File file = disk.open(name)) {
            return new SegmentWindow(file).writtenEnd(position) > position + Frame.HEADER_BYTES;
        }
    }

    private void cut(String name, JournalReader.Tail tail, StoreId store) throws IOException {
        try (Disk.File file = disk.open(name)) {
            Segment.zero(file, tail.position(), file.size());
            if (file.size() - tail.position() >= Frame.HEADER_BYTES) {
                file.write(Frame.masked(Frame.encodeTrailer(tail.sequence() + 1), store), tail.position());
            }
            file.sync();
        }
    }
}
