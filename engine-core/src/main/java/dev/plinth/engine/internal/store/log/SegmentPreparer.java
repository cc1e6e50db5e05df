package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the file of a journal's next segment ahead, on a thread of its own. So no caller waits while a segment is
 * zeroed, and a full disk shows before a caller depends on it. The same thread ends full segments.
 *
 * <p>Thread-safe. A thread that makes, takes or ends a file has the monitor meanwhile, so that no file is touched half
 * made.
 */
final class SegmentPreparer {
    private static final System.Logger LOG = Log.of(SegmentPreparer.class);
    static final String THREAD = "plinth-journal-spare";
    private static final long RETRY_MILLIS = 1000;

    private final Disk disk;
    private final int segmentBytes;
    private final Runnable changed;
    private final Consumer<Throwable> failures;
    private final Thread maker;
    private final ReentrantLock waiting = new ReentrantLock();
    private final Condition wake = waiting.newCondition();
    private volatile boolean open = true;
    private volatile boolean ready;
    private volatile boolean refused;
    private @Nullable FullSegment full;

    /**
     * Makes nothing before {@link #start} or {@link #take}.
     *
     * @param segmentBytes length of a segment
     * @param changed learns that the file is ready or that the disk refused it
     * @param failures learns why a file could not be made
     */
    SegmentPreparer(Disk disk, int segmentBytes, Runnable changed, Consumer<Throwable> failures) {
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        this.changed = changed;
        this.failures = failures;
        this.maker = new EngineThread(this::loop, THREAD);
    }

    /**
     * A full segment.
     *
     * @param store the store of its file
     * @param end where its last frame ends
     * @param room bytes after that
     * @param nextSequence the first sequence of the next segment
     */
    record FullSegment(Disk.File file, StoreId store, int end, int room, long nextSequence) {}

    void start() {
        maker.start();
    }

    /**
     * Gives back the unused room of a segment that another reign began. A failure costs nothing else.
     *
     * @param number of the segment
     * @param end where its last frame ends
     */
    void shorten(long number, int end) {
        try {
            Segment.shorten(disk, number, end);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "Could not give back the unused room of " + Segment.name(number) + "; the next snapshot frees it.",
                    e);
        }
    }

    /** Returns true if the file can be taken at once. */
    boolean isReady() {
        return ready;
    }

    /** Returns true if the disk refused the file last time. It is tried again and again. */
    boolean isRefused() {
        return refused;
    }

    /**
     * Makes the file the segment of this header, durable. If it is not ready, it is made first.
     *
     * @param before the previous segment, to be ended; null if there is none
     */
    synchronized Disk.File take(Segment header, @Nullable FullSegment before) throws IOException {
        endFull();
        if (!ready) {
            Segment.prepareSpare(disk, segmentBytes);
        }
        String name = Segment.name(header.number());
        disk.renameNew(disk.own(Segment.SPARE), name);
        disk.syncNames();
        ready = false;
        Disk.File file = disk.open(name);
        try {
            file.write(header.header(segmentBytes), 0);
            file.sync();
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
        full = before;
        wake();
        return file;
    }

    /** Ends the full segment, if there is one, with the mark that the next one is durable. */
    synchronized void endFull() throws IOException {
        FullSegment ending = full;
        if (ending == null) {
            return;
        }
        full = null;
        try (Disk.File file = ending.file) {
            if (ending.room >= Frame.HEADER_BYTES) {
                file.write(Frame.masked(Frame.encodeEnd(ending.nextSequence), ending.store), ending.end);
                file.sync();
            }
        }
    }

    /** Stops making files ahead. */
    void shut() {
        open = false;
        wake();
    }

    /** Waits until no file is being made, after {@link #shut}. */
    void join() {
        Joins.uninterruptibly(maker);
    }

    /** Closes a full segment without ending it, because the journal has failed. */
    synchronized void closeFull() throws IOException {
        if (full != null) {
            full.file.close();
        }
    }

    private void loop() {
        boolean warned = false;
        while (awaitTaken()) {
            try {
                if (!disk.isOurs()) {
                    throw new IOException("another process has opened the directory"); // and makes one under this name
                }
                make();
                refused = false;
                warned = false;
            } catch (IOException | RuntimeException | Error e) {
                failures.accept(e);
                if (!warned && disk.isOurs()) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "There is no room for the next segment of the journal; writes are refused once this one is full."
                                    + " Free some space; it goes on by itself.",
                            e);
                    warned = true;
                }
                refused = true;
            }
            changed.run();
            if (refused) {
                pause();
            }
        }
    }

    private synchronized void make() throws IOException {
        tryToEndFull();
        if (!ready) {
            Segment.prepareSpare(disk, segmentBytes);
            ready = true;
        }
    }

    /** Ends the full segment if possible. No caller waits for it, and nothing acknowledged is lost without it. */
    private void tryToEndFull() {
        try {
            endFull();
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Could not write the end of a full segment of the journal. Until the next snapshot the store would not"
                            + " notice the loss of later segments. Check the disk.",
                    e);
        }
    }

    private void wake() {
        waiting.lock();
        try {
            wake.signal();
        } finally {
            waiting.unlock();
        }
    }

    /** Waits until the file was taken. Returns false if the journal is closed. */
    private boolean awaitTaken() {
        waiting.lock();
        try {
            while (ready && open) {
                wake.awaitUninterruptibly();
            }
            return open;
        } finally {
            waiting.unlock();
        }
    }

    private void pause() {
        waiting.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
            while (left > 0 && open) {
                left = wake.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            waiting.unlock();
        }
    }

    /** Returns the failure of a thread of the journal that was interrupted, which no code can reach. */
    static IllegalStateException interrupted(InterruptedException e) {
        return new IllegalStateException("Expected the journal to go on, but its thread was interrupted", e);
    }
}
