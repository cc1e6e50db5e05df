package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.CheckedSnapshot;
import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.JournalVisitor;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.FileCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies a store while an engine may write to it: the newest whole snapshot, and the journal after it frame by frame.
 * Each frame is checked before it is copied. So the copy ends with a whole record, whatever is written meanwhile. It is
 * a prefix of the store's history with everything that was durable before the copy began.
 */
final class Backup implements JournalVisitor {
    private final HeldFiles from;
    private final Disk to;
    private @Nullable Segment last;
    private Disk.@Nullable File file;
    private long fileBytes;
    private long position;

    private Backup(HeldFiles from, Disk to) {
        this.from = from;
        this.to = to;
    }

    /**
     * Copies a store to an empty disk, durably.
     *
     * @param segmentBytes length of a segment, if one has to be made
     * @return the content of the copy
     * @throws StoreDamageException if the store is damaged
     */
    static RecoverablePrefix make(HeldFiles from, Disk to, List<TableName<?>> tables, int segmentBytes)
            throws IOException {
        Backup backup = new Backup(from, to);
        try {
            RecoverablePrefix prefix = backup.copy(tables);
            Segment last = backup.last;
            if (last == null) {
                // An engine that never wrote a record has left no segment with a header.
                Segment.create(to, Segment.first(StoreId.random()), segmentBytes);
                to.syncNames();
            } else {
                JournalState.closed(last.store(), prefix.tail()).write(to, true);
            }
            return prefix;
        } finally {
            backup.closeFile();
        }
    }

    private RecoverablePrefix copy(List<TableName<?>> tables) throws IOException {
        StoreNames names = from.storeNames();
        RecoverablePrefix prefix =
                RecoverablePrefix.opened(from, names, copySnapshot(names, tables, names.storeId(from)), this);
        StoreDamageException damage = prefix.damage();
        if (damage != null) {
            throw damage;
        }
        if (file != null) {
            endFile(Frame.encodeTrailer(prefix.last() + 1));
        }
        return prefix;
    }

    private Snapshot.@Nullable Loaded copySnapshot(StoreNames names, List<TableName<?>> tables, @Nullable StoreId store)
            throws IOException {
        for (long sequence : names.snapshots()) {
            String name = Snapshot.name(sequence);
            FileCopy.copy(from, name, to, name);
            CheckedSnapshot copied = CheckedSnapshot.of(to, name, tables, store);
            if (copied.isForeign()) {
                throw new StoreDamageException(copied.damage(), name, 0);
            }
            if (copied.isWhole()) {
                return copied.loaded();
            }
            to.delete(name);
        }
        return null;
    }

    @Override
    public void segment(Segment segment) throws IOException {
        if (file != null) {
            endFile(Frame.encodeEnd(segment.firstSequence()));
        }
        last = segment;
        String name = Segment.name(segment.number());
        try (Disk.File source = from.open(name)) {
            fileBytes = source.size();
        }
        file = to.create(name);
        file.write(segment.header((int) fileBytes), 0);
        position = Segment.HEADER_BYTES;
    }

    /** Skips a frame without records, because the copy gets its own at its end. */
    @Override
    public void frame(Frame frame, long at) throws IOException {
        position = at;
        if (file != null && !frame.records().isEmpty()) {
            file.write(masked(frame.encoded()), at);
            position += frame.bytes();
        }
    }

    /** Fills the rest of the segment with zeros, as in every segment, and writes the empty frame that ends it. */
    private void endFile(ByteBuffer lastFrame) throws IOException {
        Disk.File done = file;
        if (done != null) {
            Segment.zero(done, position, fileBytes);
            if (fileBytes - position >= Frame.HEADER_BYTES) {
                done.write(masked(lastFrame), position);
            }
            done.sync();
            closeFile();
        }
    }

    /** Puts the mask of the store on a frame of the segment that is being copied. */
    private ByteBuffer masked(ByteBuffer frame) {
        Segment segment = last;
        if (segment == null) {
            throw new IllegalStateException("Expected a segment before its frames, but got a frame");
        }
        return Frame.masked(frame, segment.store());
    }

    private void closeFile() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
