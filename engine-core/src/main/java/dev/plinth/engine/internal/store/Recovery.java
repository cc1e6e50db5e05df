package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.TableName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the tables of a directory again: the newest snapshot that is whole, then every record behind it.
 *
 * <p>A torn end is what a crash leaves: a last frame that is not whole, with nothing behind it that was written after it was
 * durable. It is zeroed and nothing acknowledged is in it. Anything else that is not whole is damage: then nothing is opened, and
 * the message says where.
 */
final class Recovery {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    private final Disk disk;
    private final Tables tables;
    private final TableName[] byNumber = new TableName[128];
    private final RecordCodec codec;
    private long sequence;
    private int crc;
    private long epoch;
    private long replayed;
    private long mustReach;
    private long reached;
    private String damagedSnapshot = "";

    private Recovery(Disk disk, Tables tables, List<TableName> names) {
        this.disk = disk;
        this.tables = tables;
        this.codec = new RecordCodec(names);
        for (TableName name : names) {
            byNumber[name.number()] = name;
        }
    }

    /**
     * Fills empty tables from a directory.
     *
     * @return where the journal goes on
     * @throws IllegalStateException if the directory is damaged; the message says where and what to do
     */
    static JournalEnd run(Disk disk, Tables tables, List<TableName> names) {
        try {
            return new Recovery(disk, tables, names).run();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to read the store, but the disk failed: " + e.getMessage() + "; check the disk.", e);
        }
    }

    private JournalEnd run() throws IOException {
        List<Long> segments = numbers(true);
        List<Long> snapshots = numbers(false);
        for (String name : disk.names()) {
            if (name.endsWith(".tmp")) {
                disk.delete(name);
            }
        }
        Collections.sort(segments);
        snapshots.sort(Collections.reverseOrder());
        mustReach = loadSnapshot(snapshots);
        if (segments.isEmpty() && !snapshots.isEmpty()) {
            throw damage("every file of the journal behind " + Snapshot.name(snapshots.get(0)) + " is missing");
        }
        JournalEnd end = replay(segments);
        LOG.log(
                System.Logger.Level.INFO,
                "Recovered up to record " + sequence + ", of which " + replayed + " came from the journal");
        return end;
    }

    private List<Long> numbers(boolean segments) throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (String name : disk.names()) {
            long number = segments ? Segment.numberOf(name) : Snapshot.sequenceOf(name);
            if (number > (segments ? 0 : -1)) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    /** Loads the newest snapshot that is whole; gives the record that the journal has to reach. */
    private long loadSnapshot(List<Long> snapshots) {
        for (long start : snapshots) {
            String name = Snapshot.name(start);
            try {
                Snapshot.Loaded loaded = Snapshot.load(disk, name, tables, byNumber);
                sequence = loaded.start().sequence();
                crc = loaded.start().crc();
                epoch = loaded.start().epoch();
                tables.startAt(
                        sequence, loaded.start().timeMillis(), loaded.start().lastNumber());
                return Math.max(loaded.endSequence(), snapshots.get(0));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; what was before it is tried");
                damagedSnapshot = damagedSnapshot.isEmpty() ? ": " + e.getMessage() : damagedSnapshot;
                tables.clear();
            }
        }
        return snapshots.isEmpty() ? 0 : snapshots.get(0);
    }

    private JournalEnd replay(List<Long> segments) throws IOException {
        JournalEnd end = new JournalEnd(sequence, crc, epoch, 0, 0);
        long before = 0;
        for (long number : segments) {
            String name = Segment.name(number);
            if (before != 0 && number != before + 1) {
                throw damage("the file " + Segment.name(before + 1) + " is missing");
            }
            boolean last = number == segments.get(segments.size() - 1);
            end = replay(name, number, last);
            before = number;
        }
        return end;
    }

    private JournalEnd replay(String name, long number, boolean last) throws IOException {
        try (Disk.File file = disk.open(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            int unused = file.read(bytes, 0);
            bytes.flip();
            Segment header = Segment.readHeader(bytes, name, bytes.limit());
            int at = Segment.HEADER_BYTES;
            if (header == null) {
                // A header is durable before the first frame is written, on every level.
                if (!last || frameBehind(bytes, 0, 0, false) != null) {
                    throw damage("the header of " + name + " is damaged at byte 0");
                }
                checkReached(name, 0);
                header = new Segment(number, sequence + 1, crc);
                file.write(header.header(bytes.limit()), 0);
                Segment.zero(file, at, file.size());
                file.sync();
                return new JournalEnd(sequence, crc, epoch, number, at);
            }
            if (header.firstSequence() > sequence + 1) {
                throw damage("records " + (sequence + 1) + " to " + (header.firstSequence() - 1) + " before " + name
                        + " are missing" + damagedSnapshot);
            }
            if (header.firstSequence() == sequence + 1 && header.crcBefore() != crc) {
                throw damage(name + " does not belong behind record " + sequence);
            }
            Cursor cursor = new Cursor(header.firstSequence(), header.crcBefore());
            int end = at;
            Frame frame = Frame.decode(bytes, at);
            while (frame != null) {
                apply(frame, cursor, name, at);
                at += frame.bytes();
                // The next frame takes the place of an empty one.
                end = frame.records().isEmpty() ? end : at;
                frame = Frame.decode(bytes, at);
            }
            reached = Math.max(reached, cursor.next - 1);
            if (last) {
                checkReached(name, at);
            }
            repairEnd(file, bytes, at, name, last);
            return new JournalEnd(sequence, crc, epoch, number, end);
        }
    }

    private void apply(Frame frame, Cursor cursor, String name, int at) {
        for (byte[] bytes : frame.records()) {
            Record record;
            try {
                record = codec.decode(bytes, cursor.crc);
            } catch (IllegalStateException e) {
                throw damage("record " + cursor.next + " in " + name + " at byte " + at + " does not fit: "
                        + e.getMessage());
            }
            if (record.sequence() != cursor.next) {
                throw damage(
                        "record " + cursor.next + " in " + name + " at byte " + at + " is number " + record.sequence());
            }
            cursor.crc = RecordCodec.crc(bytes);
            cursor.next++;
            if (record.sequence() == sequence && cursor.crc != crc) {
                throw damage("record " + sequence + " in " + name + " at byte " + at + " is not the one that "
                        + Snapshot.name(sequence) + " was made at");
            }
            if (record.sequence() > sequence) {
                tables.apply(record);
                sequence = record.sequence();
                crc = cursor.crc;
                epoch = Math.max(epoch, record.epoch());
                replayed++;
            }
        }
    }

    /** Zeroes a torn end, or finds that it is damage. */
    private void repairEnd(Disk.File file, ByteBuffer bytes, int at, String name, boolean last) throws IOException {
        int written = lastNonZero(bytes, at);
        if (written < at) {
            return;
        }
        Frame behind = frameBehind(bytes, at + 1, sequence, true);
        if (behind != null) {
            throw damage("record " + (sequence + 1) + " in " + name + " at byte " + at + " is damaged, but record "
                    + behind.firstSequence() + " behind it is whole");
        }
        if (last) {
            Segment.zero(file, at, written + 1L);
            file.sync();
        }
    }

    /** A torn end holds nothing that the snapshot counts on: it got its name when that was durable. */
    private void checkReached(String name, int at) {
        if (reached < mustReach) {
            throw damage("record " + (reached + 1) + " in " + name + " at byte " + at
                    + " is damaged, and the snapshot needs the journal up to record " + mustReach);
        }
    }

    private static @Nullable Frame frameBehind(ByteBuffer bytes, int from, long sequence, boolean synced) {
        for (int at = from; at + Frame.HEADER_BYTES <= bytes.limit(); at++) {
            if (bytes.get(at + 3) == 0 && bytes.getInt(at) == 0) {
                continue;
            }
            Frame frame = Frame.decode(bytes, at);
            if (frame != null && (frame.synced() || !synced) && frame.firstSequence() > sequence) {
                return frame;
            }
        }
        return null;
    }

    private static int lastNonZero(ByteBuffer bytes, int from) {
        for (int at = bytes.limit() - 1; at >= from; at--) {
            if (bytes.get(at) != 0) {
                return at;
            }
        }
        return from - 1;
    }

    private static IllegalStateException damage(String what) {
        return new IllegalStateException(
                "Expected a store without damage, but " + what
                        + "; nothing was changed. Restore a copy of the directory that is whole, or keep this one for analysis.");
    }

    /** Where in the chain a segment's replay is. */
    private static final class Cursor {
        private long next;
        private int crc;

        Cursor(long next, int crc) {
            this.next = next;
            this.crc = crc;
        }
    }
}
