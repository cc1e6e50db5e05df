package dev.plinth.engine.internal.store.log.upgrade;

import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.ForwardingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Shows the files of format 1 as files of format 2, for reading only. The two differ in the headers of segments and
 * snapshots, and in the mask of frames. Frames, records and blocks have the same layout, and their rows are converted
 * by {@link RowConversion}.
 *
 * <p>Format 1 has no id of a store. Its files are shown as those of a store whose mask changes no checksum.
 */
final class Format1Disk implements Disk {
    /** The id under which files without one are shown. Its mask is 0, as the frames of format 1 need it. */
    private static final StoreId NO_STORE = new StoreId(0, 0);

    private static final int SEGMENT_NUMBER_AT = 12;
    private static final int FIRST_SEQUENCE_AT = 20;
    private static final int CRC_BEFORE_AT = 28;
    private static final int SNAPSHOT_SEQUENCE_AT = 12;
    private static final int SNAPSHOT_HEADER_BYTES = 52;

    private final Disk disk;

    Format1Disk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public List<String> names() throws IOException {
        return disk.names();
    }

    @Override
    public File open(String name) throws IOException {
        if (Segment.numberOf(name) > 0 && StoreFormat.isOldSegment(disk, name)) {
            return segment(disk.open(name));
        }
        if (Snapshot.sequenceOf(name) >= 0 && StoreFormat.isOldSnapshot(disk, name)) {
            return snapshot(disk.open(name));
        }
        return disk.open(name);
    }

    private static File segment(File file) throws IOException {
        ByteBuffer old = head(file, Segment.HEADER_BYTES);
        Segment header = new Segment(
                NO_STORE, 0, old.getLong(SEGMENT_NUMBER_AT), old.getLong(FIRST_SEQUENCE_AT), old.getInt(CRC_BEFORE_AT));
        return new Shown(file, header.header(old.getInt(CRC_BEFORE_AT + Integer.BYTES)), Segment.HEADER_BYTES);
    }

    private static File snapshot(File file) throws IOException {
        ByteBuffer old = head(file, SNAPSHOT_HEADER_BYTES).position(SNAPSHOT_SEQUENCE_AT);
        Snapshot.Start start =
                new Snapshot.Start(NO_STORE, old.getLong(), old.getInt(), old.getLong(), old.getLong(), old.getLong());
        return new Shown(file, start.header(), SNAPSHOT_HEADER_BYTES);
    }

    private static ByteBuffer head(File file, int bytes) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(bytes);
        int unused = file.read(head, 0);
        return head;
    }

    @Override
    public File create(String name) {
        throw readOnly();
    }

    @Override
    public void rename(String from, String to) {
        throw readOnly();
    }

    @Override
    public void renameNew(String from, String to) {
        throw readOnly();
    }

    @Override
    public void delete(String name) {
        throw readOnly();
    }

    @Override
    public void makeDirectory(String name) {
        throw readOnly();
    }

    @Override
    public void syncNames() {
        throw readOnly();
    }

    /** Closes nothing, because the files belong to the disk that is shown. */
    @Override
    public void close() {}

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException("Expected only reads of files of format 1, but got a change");
    }

    /** A file with another header in place of its own first bytes. */
    private static final class Shown extends ForwardingFile {
        private final ByteBuffer header;
        private final int hidden;

        /** @param hidden length of the header that is replaced */
        Shown(File file, ByteBuffer header, int hidden) {
            super(file);
            this.header = header;
            this.hidden = hidden;
        }

        @Override
        public long size() throws IOException {
            return file.size() - hidden + header.limit();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int shown = 0;
            if (position < header.limit()) {
                shown = Math.min(target.remaining(), header.limit() - (int) position);
                target.put(header.slice((int) position, shown));
            }
            return target.hasRemaining()
                    ? shown + Math.max(0, file.read(target, position + shown - header.limit() + hidden))
                    : shown;
        }

        @Override
        public void write(ByteBuffer source, long position) {
            throw readOnly();
        }

        @Override
        public void sync() {
            throw readOnly();
        }
    }
}
