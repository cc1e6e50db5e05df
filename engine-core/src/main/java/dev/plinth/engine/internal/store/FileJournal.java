package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The journal of an engine with a directory: segment files, one flusher, group commit.
 *
 * <p>{@link #append} only encodes and queues. The flusher takes all that queued while the last flush was under way, writes it as
 * one frame and syncs; so the more callers there are, the more records a sync carries, and no timer is needed. Any error of a
 * write or a sync ends the journal for good: the page cache may have dropped what it could not write, so a second sync would
 * lie.
 *
 * <p>When nothing came for a moment, an empty frame goes behind the last one and says that it is durable; the next frame takes
 * its place. So a bit that flips in the last frame that was acknowledged is damage and does not pass for a torn end.
 *
 * <pre>
 *   monitor (queue)   queued records, their bytes, last CRC, state       held for a few instructions
 *   flusher only      current file, position, segment, frame             –
 *   monitor (spare)   the file of the next segment, so that it is       held while a segment is zeroed; taken before
 *                     never zeroed and taken at once                    the queue's, never inside it
 * </pre>
 */
final class FileJournal implements Journal {
    private static final System.Logger LOG = System.getLogger(FileJournal.class.getName());
    private static final int QUEUE_BYTES_MAX = 32 * 1024 * 1024;
    private static final int FRAME_BYTES_AT_FIRST = 64 * 1024;
    private static final int FRAME_RECORD_BYTES_MAX = 4 * 1024 * 1024;
    private static final int TRAILED_BYTES = 2 * Frame.HEADER_BYTES; // a frame's header and the empty frame behind it
    private static final long FOR_EVER = 0;
    private static final long IDLE_MILLIS = 2;
    private static final long SPARE_RETRY_MILLIS = 1000;

    private final Disk disk;
    private final Durability durability;
    private final int segmentBytes;
    private final long epoch;
    private final Object queue = new Object();
    private final Object spare = new Object();
    private final Thread flusher;
    private final Thread preparer;
    private List<byte[]> queued = new ArrayList<>();
    private int queuedBytes;
    private int flushingBytes;
    private int lastCrc;
    private boolean open = true;
    private volatile boolean spareReady;
    private volatile boolean spareRefused;
    private int roomLeft;
    private @Nullable Fates fates;
    private Disk.File file;
    private long segmentNumber;
    private int position;
    private volatile long written;
    private int flushedCrc;
    private long nextToFlush;
    private ByteBuffer frame = ByteBuffer.allocateDirect(FRAME_BYTES_AT_FIRST);

    /**
     * A journal that goes on at the end of what recovery has read.
     *
     * @param end where that is
     * @param segmentBytes length of a new segment
     */
    FileJournal(Disk disk, Durability durability, JournalEnd end, int segmentBytes) throws IOException {
        this.disk = disk;
        this.durability = durability;
        this.segmentBytes = segmentBytes;
        this.epoch = end.epoch() + 1;
        this.lastCrc = end.crc();
        this.flushedCrc = end.crc();
        this.segmentNumber = end.segmentNumber();
        this.position = end.position();
        this.nextToFlush = end.sequence() + 1;
        if (segmentNumber == 0) {
            Segment.prepareSpare(disk, segmentBytes);
            this.file = takeSpare(nextToFlush);
        } else {
            this.file = disk.open(Segment.name(segmentNumber));
            goOn();
        }
        this.roomLeft = (int) file.size() - position;
        this.written = bytesBefore(segmentNumber) + position;
        this.flusher = daemon("plinth-journal", this::flushLoop);
        this.preparer = daemon("plinth-journal-spare", this::prepareLoop);
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public void start(Fates listener) {
        fates = listener;
        flusher.start();
        preparer.start();
    }

    /** Waits for the next segment if it is being prepared; only a disk that refused it has no room. */
    @Override
    public boolean hasRoom(int bytes) {
        synchronized (queue) {
            awaitCaller(() -> fits(bytes) || spareReady || spareRefused || !open);
            return fits(bytes);
        }
    }

    private boolean fits(int bytes) {
        // What is being flushed has not taken its room yet. It and what is queued go into frames of their own.
        long records = flushingBytes + queuedBytes + 4L + bytes;
        long frames = 2 + records / (FRAME_RECORD_BYTES_MAX - Limits.RECORD_BYTES_MAX);
        long needed = records + (frames - 1) * Frame.HEADER_BYTES + TRAILED_BYTES;
        return needed <= roomLeft || spareReady && needed <= segmentBytes - Segment.HEADER_BYTES;
    }

    @Override
    public void append(Record record) {
        synchronized (queue) {
            awaitRoomInQueue();
            byte[] bytes = RecordCodec.encode(record, lastCrc);
            lastCrc = RecordCodec.crc(bytes);
            queued.add(bytes);
            queuedBytes += Frame.bytesOf(bytes);
            queue.notifyAll();
        }
    }

    /** The CRC of the last record that was appended. */
    int lastCrc() {
        synchronized (queue) {
            return lastCrc;
        }
    }

    /** Bytes of all that was ever written. */
    long written() {
        return written;
    }

    /** Bytes of all segments before this one, deleted ones too. */
    long bytesBefore(long segment) {
        return (segment - 1) * segmentBytes;
    }

    @Override
    public Durability durability() {
        return durability;
    }

    /** Flushes what is queued, and ends. */
    @Override
    public void close() {
        synchronized (queue) {
            open = false;
            queue.notifyAll();
        }
        // Whoever closes, even interrupted: the lock of the directory must not be given up while these still write.
        Joined.join(flusher);
        Joined.join(preparer);
        try {
            file.close();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Expected to close the journal, but could not; all that was acknowledged is in it",
                    e);
        }
    }

    /**
     * What recovery has read may be shown from now on, though the process that wrote it may have died before it was durable. Above
     * all the header of the last segment: without it, no level could read what is written behind it.
     */
    private void goOn() throws IOException {
        disk.syncNames();
        file.sync();
        if (durability == Durability.FSYNC) {
            writeTrailer();
        }
    }

    private void flushLoop() {
        try {
            List<byte[]> batch = takeBatch();
            while (!batch.isEmpty()) {
                flush(batch);
                if (durability == Durability.FSYNC && staysIdle()) {
                    writeTrailer();
                }
                batch = takeBatch();
            }
            end();
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Expected to write the journal, but the disk failed; nothing is written any more. Check the disk and restart.",
                    e);
            synchronized (queue) {
                open = false;
                queue.notifyAll();
            }
            told().unknown(nextToFlush);
        }
    }

    /** All that is queued; waits for it, and is empty only when the journal is closed. */
    private List<byte[]> takeBatch() {
        synchronized (queue) {
            while (queued.isEmpty() && open) {
                waitForQueue(FOR_EVER);
            }
            List<byte[]> batch = queued;
            queued = new ArrayList<>(batch.size());
            flushingBytes = queuedBytes;
            queuedBytes = 0;
            queue.notifyAll();
            return batch;
        }
    }

    /** True if nothing comes for a moment: between two frames the empty one would only be in the way. */
    private boolean staysIdle() {
        synchronized (queue) {
            if (queued.isEmpty() && open) {
                waitForQueue(IDLE_MILLIS);
            }
            return queued.isEmpty();
        }
    }

    /** Writes the empty frame that the next frame replaces; nobody waits for it, and {@link #flush} has left room for it. */
    private void writeTrailer() throws IOException {
        if (file.size() - position >= Frame.HEADER_BYTES) {
            file.write(Frame.encodeTrailer(nextToFlush), position);
        }
    }

    private void end() throws IOException {
        file.sync();
        writeTrailer();
        file.sync();
    }

    /** Writes a batch in as few frames as fit, each durable before the next. */
    private void flush(List<byte[]> batch) throws IOException {
        int from = 0;
        while (from < batch.size()) {
            int bytes = 0;
            int to = from;
            while (to < batch.size() && (to == from || bytes + Frame.bytesOf(batch.get(to)) <= frameRoom())) {
                bytes += Frame.bytesOf(batch.get(to));
                to++;
            }
            if (TRAILED_BYTES + bytes > file.size() - position) {
                rotate(nextToFlush);
                continue;
            }
            boolean synced = durability == Durability.FSYNC;
            long first = RecordCodec.head(batch.get(from)).sequence();
            if (first != nextToFlush) {
                throw new IllegalStateException(
                        "Expected record " + nextToFlush + " to be the next one of the journal, but it is " + first);
            }
            frame = Frame.encode(frame, nextToFlush, synced, batch.subList(from, to), bytes);
            int length = frame.remaining();
            file.write(frame, position);
            if (synced) {
                file.sync();
            }
            position += length;
            written = bytesBefore(segmentNumber) + position;
            synchronized (queue) {
                roomLeft = (int) file.size() - position;
                flushingBytes -= bytes;
            }
            flushedCrc = RecordCodec.crc(batch.get(to - 1));
            nextToFlush += to - from;
            from = to;
            told().durable(nextToFlush - 1);
        }
    }

    private int frameRoom() throws IOException {
        return (int) Math.min(FRAME_RECORD_BYTES_MAX, file.size() - position - TRAILED_BYTES);
    }

    private void rotate(long firstSequence) throws IOException {
        if (durability == Durability.OS) {
            file.sync();
        }
        try (Disk.File full = file) {
            int end = position;
            synchronized (spare) {
                if (!spareReady) {
                    Segment.prepareSpare(disk, segmentBytes);
                }
                file = takeSpare(firstSequence);
            }
            if (full.size() - end >= Frame.HEADER_BYTES) {
                full.write(Frame.encodeEnd(firstSequence), end);
                full.sync();
            }
        }
    }

    private Disk.File takeSpare(long firstSequence) throws IOException {
        segmentNumber++;
        String name = Segment.name(segmentNumber);
        disk.rename(Segment.SPARE, name);
        disk.syncNames();
        spareReady = false;
        Disk.File next = disk.open(name);
        next.write(new Segment(segmentNumber, firstSequence, flushedCrc).header(segmentBytes), 0);
        next.sync();
        position = Segment.HEADER_BYTES;
        synchronized (queue) {
            roomLeft = segmentBytes - position;
            queue.notifyAll();
        }
        return next;
    }

    /** Keeps the next segment ready, so that a full disk is met before anybody depends on it. */
    private void prepareLoop() {
        boolean warned = false;
        while (true) {
            synchronized (queue) {
                while (spareReady && open) {
                    waitForQueue(FOR_EVER);
                }
                if (!open) {
                    return;
                }
            }
            try {
                synchronized (spare) {
                    if (!spareReady) {
                        Segment.prepareSpare(disk, segmentBytes);
                        spareReady = true;
                    }
                }
                spareRefused = false;
                warned = false;
                wakeAll();
            } catch (IOException | RuntimeException | Error e) {
                if (!warned) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "Expected room for the next segment of the journal, but there is none; writes are refused when this"
                                    + " one is full. Free some space; it goes on by itself.",
                            e);
                    warned = true;
                }
                spareRefused = true;
                wakeAll();
                pause();
            }
        }
    }

    @SuppressWarnings("WaitNotInLoop") // to wake early only means to try early
    private void pause() {
        synchronized (queue) {
            if (open) {
                try {
                    queue.wait(SPARE_RETRY_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private void awaitRoomInQueue() {
        awaitCaller(() -> queuedBytes <= QUEUE_BYTES_MAX || !open);
    }

    /** Waits whatever happens to the caller's thread: who interrupts a caller must not end the journal. */
    private void awaitCaller(BooleanSupplier condition) {
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            try {
                queue.wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void wakeAll() {
        synchronized (queue) {
            queue.notifyAll();
        }
    }

    /** Waits on a thread of the journal's own, which nobody interrupts. */
    @SuppressWarnings("WaitNotInLoop") // every caller loops, or only waits to see what comes
    private void waitForQueue(long millis) {
        try {
            queue.wait(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected nobody to interrupt the journal, but somebody did", e);
        }
    }

    private Fates told() {
        Fates listener = fates;
        if (listener == null) {
            throw new IllegalStateException("Expected start() before append(), but nobody hears of records");
        }
        return listener;
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
