package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Histogram;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.LockFile;
import dev.plinth.engine.internal.store.log.disk.SyncTimes;
import dev.plinth.engine.settings.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The journal of an engine with a directory: segment files, group commit.
 *
 * <p>{@link #prepare} encodes a record, {@link #append} queues it. The flushing thread takes all queued records, writes
 * them as one frame and syncs. So a sync carries more records the more callers there are, and no timer is needed. If
 * there is no sync to share, a caller writes on its own thread. A hand-over and a wake-up would take longer than
 * everything else. Any error of a write or a sync ends the journal for good. The page cache may have dropped what it
 * could not write, so a second sync would lie.
 *
 * <p>After a moment without records, an empty frame goes behind the last one and says that it is durable. The next
 * frame takes its place. So a bit that flips in the last acknowledged frame is damage and is not taken for a torn tail.
 *
 * <p>The journal goes on in the last segment only if the previous reign closed it there. Any other reign may have lost
 * the lock of the directory without noticing, and still write. So its segment counts as full. The next segment, which
 * only one opening can begin, says where the journal goes on, and readers ignore the previous segment from there on. A
 * frame is acknowledged only if no later opening had come when the frame was written, because every later opening then
 * reads it. An opening cuts the unused part off such a segment, so that one that is killed again and again does not fill
 * the disk.
 *
 * <pre>
 *   queue (ReentrantLock)     queued records, their bytes, last CRC, state      held for a few instructions
 *   busy (under the queue's)  current file, position, segment, frame: they       while it writes and syncs
 *                             are those of the one thread that set it
 *   monitor (next segment)    its file                                          held while it is zeroed; taken before the
 *                                                                               queue's, never inside it
 *   monitor (syncing)         at OS, that no thread syncs after a failed one;   held while it syncs and while the next
 *                             which file is the current one                     segment is taken; taken before its monitor
 * </pre>
 */
public final class FileJournal implements Journal {
    private static final System.Logger LOG = Log.of(FileJournal.class);
    private static final String THREAD = "plinth-journal";

    /** Bytes of records at which a frame is full. A larger record has a frame of its own. */
    private static final int FRAME_RECORD_BYTES_MAX = 4 * 1024 * 1024;

    /** The least mean of the record bytes of two consecutive frames, even if memory is scarce. */
    private static final int FRAME_RECORD_BYTES_MEAN_MIN = FrameBuffer.BYTES_AT_FIRST / 2;

    private static final int TRAILED_BYTES = 2 * Frame.HEADER_BYTES; // a frame's header and the empty frame behind it
    private static final long IDLE_MILLIS = 2;

    /** How often a caller looks for more records after it has written its own. */
    private static final int BATCHES_OF_A_CALLER_MAX = 4;

    /**
     * Syncs while a segment fills, at OS. They limit what a power cut takes and how long the sync of a full segment
     * takes.
     */
    private static final int SYNCS_PER_SEGMENT = 16;

    private final Disk disk;
    private final Durability durability;
    private final int segmentBytes;
    private final StoreId store;
    private final long epoch;
    private final RecordQueue records;
    private final ReentrantLock queue;
    private final Condition wanted;
    private final Condition room;
    private final Object syncing = new Object();
    private final SyncTimes syncs = new SyncTimes();
    private final SegmentPreparer segmentPreparer;
    private final Thread flusher;
    private volatile boolean busy;
    private boolean flusherWanted;
    private volatile @Nullable Throwable broken;
    private volatile long syncedTo;
    private volatile boolean failed;
    private volatile boolean open = true;
    private int roomLeft;
    private @Nullable AppendListener appendListener;
    private Disk.File file;
    private long segmentNumber;
    private int fileBytes;
    private int position;
    private boolean isOthers;
    private volatile long written;
    private int flushedCrc;
    private long nextToFlush;
    private final FrameBuffer frames = new FrameBuffer();
    private Deadline nextLook = Deadline.inMillis(0);

    /**
     * Makes a journal that goes on at the end that recovery has read.
     *
     * @param end the end of the journal
     * @param segmentBytes length of a new segment
     */
    public FileJournal(Disk disk, Durability durability, JournalEnd end, int segmentBytes) throws IOException {
        this.disk = disk;
        this.durability = durability;
        this.segmentBytes = segmentBytes;
        this.store = end.store();
        this.epoch = end.epoch() + 1;
        this.records = new RecordQueue(end.crc());
        this.queue = records.lock;
        this.wanted = queue.newCondition();
        this.room = queue.newCondition();
        this.flushedCrc = end.crc();
        this.segmentNumber = end.segmentNumber();
        this.position = end.position();
        this.nextToFlush = end.sequence() + 1;
        this.segmentPreparer = new SegmentPreparer(
                disk, segmentBytes, this::wakeCallers, e -> JournalFailure.tellOfNoMemory(listener(), e));
        if (segmentNumber == 0) {
            this.file = begin(nextToFlush, null);
        } else {
            this.isOthers = !end.closed();
            if (isOthers) {
                segmentPreparer.shorten(segmentNumber, position);
            }
            this.file = syncs.timed(disk.open(Segment.name(segmentNumber)));
            this.fileBytes = (int) file.size();
            resumeSegment();
        }
        JournalState.open(store, disk.boot()).write(disk, false);
        this.roomLeft = segmentRoom();
        this.written = bytesBefore(segmentNumber) + position;
        this.syncedTo = written;
        this.flusher = new EngineThread(this::flushLoop, THREAD);
    }

    @Override
    public long epoch() {
        return epoch;
    }

    /** Returns how long syncs took. */
    public Histogram syncTimes() {
        return syncs.times();
    }

    public StoreId store() {
        return store;
    }

    @Override
    public void start(AppendListener listener) {
        appendListener = listener;
        flusher.start();
        segmentPreparer.start();
    }

    /** Waits for the next segment if it is being prepared. There is no room only if the disk refused it. */
    @Override
    public boolean hasRoom(int bytes) {
        queue.lock();
        try {
            while (records.isFull() && open) {
                awaitRoom();
            }
            while (true) {
                boolean ready = segmentPreparer.isReady();
                if (fits(bytes, ready)) {
                    return true;
                }
                boolean nothingHelps =
                        ready ? records.takenBytes() + records.queuedBytes() == 0 : segmentPreparer.isRefused();
                if (nothingHelps || !open) {
                    return open && !disk.isOurs(); // the flush then finds that out
                }
                awaitRoom();
            }
        } finally {
            queue.unlock();
        }
    }

    private boolean fits(int bytes, boolean ready) {
        // Records that are being flushed have not taken their room yet. They and the queued ones go into separate
        // frames.
        long waiting = records.takenBytes() + records.queuedBytes() + 4L + bytes;
        long count = 2 + waiting / FRAME_RECORD_BYTES_MEAN_MIN;
        long needed = waiting + (count - 1) * Frame.HEADER_BYTES + TRAILED_BYTES;
        return needed <= roomLeft || ready && needed <= segmentBytes - Segment.HEADER_BYTES;
    }

    @Override
    public void prepare(Record record) {
        frames.require(records.encode(record));
    }

    @Override
    public void append(Record record) {
        records.add();
    }

    @Override
    public void flush(boolean here) {
        if (busy) {
            return; // the busy thread looks for more
        }
        List<byte[]> batch;
        queue.lock();
        try {
            if (records.isEmpty() || busy || !open) {
                return; // a closed journal takes what it has
            }
            if (!here || durability == Durability.FSYNC || !fitsOneFrame() || broken != null) {
                wakeFlusher();
                return;
            }
            batch = take();
        } finally {
            queue.unlock();
        }
        flushForCaller(batch);
    }

    /**
     * Returns true if the queued records fit into one frame. Then no segment is rotated, which would take long and not
     * survive an interrupt. Called with the queue's lock.
     */
    private boolean fitsOneFrame() {
        int bytes = records.queuedBytes();
        return TRAILED_BYTES + bytes <= roomLeft && bytes <= FRAME_RECORD_BYTES_MAX && bytes <= frames.roomFor(bytes);
    }

    private void flushForCaller(List<byte[]> first) {
        try {
            List<byte[]> batch = first;
            for (int left = BATCHES_OF_A_CALLER_MAX; !batch.isEmpty(); left--) {
                flush(batch);
                batch = next(left > 1, true);
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Returns the CRC of the last appended record. */
    public int lastCrc() {
        return records.lastCrc();
    }

    /** Returns the bytes of everything that was ever written. */
    public long written() {
        return written;
    }

    /** Returns the bytes of all segments before this one, including deleted ones. */
    public long bytesBefore(long segment) {
        return (segment - 1) * segmentBytes;
    }

    @Override
    public Optional<Durability> durability() {
        return Optional.of(durability);
    }

    /** Flushes the queued records, and ends. */
    @Override
    public void close() {
        shut();
        // Joins even if it is interrupted, because the lock of the directory must not be released while these threads
        // still write.
        Joins.uninterruptibly(flusher);
        segmentPreparer.join();
        try {
            segmentPreparer.closeFull();
            file.close();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Could not close the journal; it has everything that was acknowledged",
                    e);
        }
    }

    /**
     * Makes the recovered records durable before they are shown, because the process that wrote them may have died
     * before it did. Most important is the header of the last segment: without it, no level could read the records
     * after it.
     */
    private void resumeSegment() throws IOException {
        disk.syncNames();
        file.sync();
        if (durability == Durability.FSYNC) {
            writeTrailer();
        }
    }

    private void flushLoop() {
        try {
            List<byte[]> batch = awaitBatch();
            while (!batch.isEmpty()) {
                flush(batch);
                if (isSyncDue()) {
                    syncedTo = written;
                    sync();
                }
                batch = next(true, false);
                if (batch.isEmpty()) {
                    if (durability == Durability.FSYNC && staysIdle()) {
                        writeTrailer();
                    }
                    batch = awaitBatch();
                }
            }
            if (!failed) {
                end();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /**
     * Ends all writing. A busy thread stays busy. The state comes first, then callers, and the log last, because it is
     * the host's and may fail or wait.
     */
    private void fail(Throwable e) {
        failed = true;
        if (!JournalFailure.isTheDisks(e)) {
            listener().ended(THREAD, e);
        }
        shut();
        try {
            if (e instanceof FencedException taken && taken.isBeforeTheWrite()) {
                listener().fenced(nextToFlush);
            } else {
                listener().unknown(nextToFlush, e instanceof FencedException);
            }
        } finally {
            tellOfFailure(e);
        }
    }

    private void tellOfFailure(Throwable e) {
        boolean ours = disk.isStillOurs();
        if (ours && JournalFailure.isTheDisks(e)) {
            JournalState.forget(disk, store);
        }
        LOG.log(System.Logger.Level.ERROR, JournalFailure.sentence(e, ours), e);
    }

    private void shut() {
        queue.lock();
        try {
            open = false;
            wanted.signalAll();
            room.signalAll();
        } finally {
            queue.unlock();
        }
        segmentPreparer.shut();
    }

    /**
     * Returns the next batch of the flusher. Waits until a batch is wanted. The batch is empty only if the journal is
     * closed.
     */
    private List<byte[]> awaitBatch() throws IOException {
        queue.lock();
        try {
            while (!failed && (busy || isSyncDue() || !flusherWanted && open)) {
                if (isSyncDue()) {
                    syncBehindCallers();
                } else {
                    wanted.awaitUninterruptibly();
                }
            }
            if (failed) {
                return List.of();
            }
            if (broken != null) {
                busy = true;
                throw new IOException("Expected to sync what callers wrote, but could not", broken);
            }
            return take();
        } finally {
            queue.unlock();
        }
    }

    /**
     * Returns true if a part of the segment should be synced now. A sync of a whole full segment would hold up all
     * callers.
     */
    private boolean isSyncDue() {
        return durability == Durability.OS && written - syncedTo >= segmentBytes / SYNCS_PER_SEGMENT && broken == null;
    }

    /** Syncs without the queue's lock. Called by the flusher with that lock. */
    private void syncBehindCallers() {
        syncedTo = written;
        queue.unlock();
        try {
            sync();
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(System.Logger.Level.DEBUG, "Could not sync the journal after a caller's write", e);
        } finally {
            queue.lock();
        }
    }

    /**
     * Makes durable what the level OS has only written. After a failure every later call fails too, and the flusher
     * ends the journal. A second sync does not find what the disk has lost.
     */
    public void sync() throws IOException {
        synchronized (syncing) {
            if (broken != null) {
                throw new IOException("Expected to sync the journal, but could not before", broken);
            }
            try {
                file.sync();
                return;
            } catch (IOException | RuntimeException | Error e) {
                broken = e;
            }
        }
        queue.lock();
        try {
            wakeFlusher();
        } finally {
            queue.unlock();
        }
        throw new IOException("Expected to sync the journal, but could not", broken);
    }

    /** Returns true if no record comes for a moment. Between two frames the empty one would only be in the way. */
    private boolean staysIdle() {
        queue.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
            while (left > 0 && !flusherWanted && open) {
                left = wanted.awaitNanos(left);
            }
            return !flusherWanted;
        } catch (InterruptedException e) {
            throw SegmentPreparer.interrupted(e);
        } finally {
            queue.unlock();
        }
    }

    /**
     * Takes all queued records for a thread that is busy from now on. Called with the queue's lock. Needs no memory.
     */
    private List<byte[]> take() {
        flusherWanted = false;
        busy = true;
        return records.take();
    }

    /** Returns the next batch for the flushing thread, or an empty list if the thread has stopped flushing. */
    private List<byte[]> next(boolean goesOn, boolean inOneFrame) {
        queue.lock();
        try {
            records.clearTaken();
            if (goesOn && !records.isEmpty() && broken == null && (!inOneFrame || fitsOneFrame())) {
                return take();
            }
            busy = false;
            flusherWanted |= !records.isEmpty();
            if (flusherWanted || !open || isSyncDue()) {
                wanted.signal();
            }
            return List.of();
        } finally {
            queue.unlock();
        }
    }

    /** Wakes the flusher. Called with the queue's lock. */
    private void wakeFlusher() {
        flusherWanted = true;
        wanted.signal();
    }

    /**
     * Writes the empty frame that the next frame replaces. No caller waits for it, and {@link #flush} has left room for
     * it.
     */
    private void writeTrailer() throws IOException {
        if (segmentRoom() >= Frame.HEADER_BYTES) {
            file.write(Frame.masked(Frame.encodeTrailer(nextToFlush), store), position);
        }
    }

    private void end() throws IOException {
        FencedException.requireOurs(disk.isStillOurs());
        segmentPreparer.endFull();
        sync();
        writeTrailer();
        file.sync();
        JournalState state = new JournalState(store, "", true, nextToFlush - 1, flushedCrc, segmentNumber, position);
        state.write(disk, true);
    }

    /** Writes a batch in as few frames as fit, each durable before the next. */
    private void flush(List<byte[]> batch) throws IOException {
        int from = 0;
        while (from < batch.size()) {
            int room = frameRoom();
            int bytes = 0;
            int to = from;
            while (to < batch.size() && (to == from || fits(bytes, batch.get(to), room))) {
                bytes += Frame.bytesOf(batch.get(to));
                to++;
            }
            if (TRAILED_BYTES + bytes > segmentRoom()) {
                rotate(nextToFlush);
                continue;
            }
            boolean synced = durability == Durability.FSYNC;
            long first = RecordCodec.head(batch.get(from)).sequence();
            if (first != nextToFlush) {
                throw new IllegalStateException(
                        "Expected record " + nextToFlush + " to be the next one of the journal, but it is " + first);
            }
            ByteBuffer frame =
                    Frame.masked(Frame.encode(frames.empty(), nextToFlush, synced, batch.subList(from, to)), store);
            int length = frame.remaining();
            FencedException.requireOurs(isOurs());
            file.write(frame, position);
            if (synced) {
                file.sync();
            }
            FencedException.requireStillOurs(isOurs());
            position += length;
            written = bytesBefore(segmentNumber) + position;
            noteRoom(segmentRoom(), bytes);
            flushedCrc = RecordCodec.crc(batch.get(to - 1));
            nextToFlush += to - from;
            from = to;
            listener().durable(nextToFlush - 1);
        }
    }

    /**
     * Returns true until another opening has come. The name of the lock is looked at for each frame that is synced, and
     * otherwise once in {@link LockFile#LOOK_MILLIS}. A later opening that has made the lock anew waits for longer
     * before it reads, so it reads what was acknowledged between two looks. Called by the busy thread.
     */
    private boolean isOurs() {
        if (durability == Durability.OS && nextLook.millisLeft() > 0) {
            return disk.isOurs();
        }
        Deadline next = Deadline.inMillis(LockFile.LOOK_MILLIS); // from before the look
        boolean ours = disk.isStillOurs();
        nextLook = next;
        return ours;
    }

    private boolean fits(int bytes, byte[] record, int room) {
        int wanted = bytes + Frame.bytesOf(record);
        return wanted <= room && wanted <= frames.roomFor(wanted);
    }

    private int segmentRoom() {
        return isOthers ? 0 : fileBytes - position;
    }

    private int frameRoom() {
        return Math.min(FRAME_RECORD_BYTES_MAX, segmentRoom() - TRAILED_BYTES);
    }

    private void noteRoom(int left, int flushed) {
        queue.lock();
        try {
            roomLeft = left;
            records.flushed(flushed);
            room.signalAll();
        } finally {
            queue.unlock();
        }
    }

    private void rotate(long firstSequence) throws IOException {
        if (durability == Durability.OS) {
            sync();
        }
        FencedException.requireOurs(disk.isStillOurs());
        synchronized (syncing) {
            file = begin(
                    firstSequence,
                    new SegmentPreparer.FullSegment(file, store, position, fileBytes - position, firstSequence));
        }
        syncedTo = bytesBefore(segmentNumber) + position;
        noteRoom(segmentRoom(), 0);
    }

    private Disk.File begin(long firstSequence, SegmentPreparer.@Nullable FullSegment before) throws IOException {
        Disk.File next =
                segmentPreparer.take(new Segment(store, epoch, segmentNumber + 1, firstSequence, flushedCrc), before);
        segmentNumber++;
        position = Segment.HEADER_BYTES;
        fileBytes = segmentBytes;
        isOthers = false;
        return syncs.timed(next);
    }

    /**
     * Waits until records were flushed or the next segment is ready. Called with the queue's lock. It ignores
     * interrupts, because the interrupt of a caller must not end the journal.
     */
    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private void awaitRoom() {
        if (!records.isEmpty() && !busy) {
            wakeFlusher();
        }
        room.awaitUninterruptibly();
    }

    private void wakeCallers() {
        queue.lock();
        try {
            room.signalAll();
        } finally {
            queue.unlock();
        }
    }

    private AppendListener listener() {
        AppendListener listener = appendListener;
        if (listener == null) {
            throw new IllegalStateException("Expected start() before append(), but no listener is set");
        }
        return listener;
    }
}
