package dev.plinth.engine.testkit;

import dev.plinth.engine.api.Experimental;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connection of one node to a {@link SharedMemoryLog}. A test cuts or freezes it, and all other nodes go on.
 *
 * <p>A call over a cut connection ends at once, as a call of an unreachable database does at its timeout. An append and
 * its resolution are {@link Fate#UNKNOWN}, {@link #confirm} is false, and {@link #beat} is true, because the reign may
 * go on. Everything else throws an {@link IOException}. A call over a frozen connection waits, without an end of its
 * own, until the test links the node otherwise or closes the connection.
 *
 * <p>Thread-safe.
 */
@Experimental
public final class SharedMemoryConnection implements SharedLog {
    private final SharedMemoryLog log;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Link link = Link.UP;
    private boolean isClosed;
    private int waiting;

    /** How a node and the log reach each other. */
    public enum Link {
        /** Requests arrive and are answered. */
        UP,

        /** No request arrives. */
        CUT,

        /** Requests arrive and take effect, and the answers are lost. */
        CUT_BACK,

        /** Requests wait before they arrive. */
        FROZEN,

        /** Requests arrive and take effect, and the answers wait. */
        FROZEN_BACK
    }

    /** Connects to a log. */
    SharedMemoryConnection(SharedMemoryLog log) {
        this.log = log;
    }

    /** Links the node otherwise from now on. Calls that wait go on as over the new link. */
    public void link(Link next) {
        Objects.requireNonNull(next, "next must not be null.");
        lock.lock();
        try {
            link = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many calls wait because the connection is frozen. */
    public int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public UUID id() {
        return log.id();
    }

    @Override
    public int cell() {
        return log.cell();
    }

    @Override
    public boolean isPersistent() {
        return log.isPersistent();
    }

    @Override
    public Optional<Reign> reign(Node me) throws IOException {
        return overLink(() -> log.reign(me));
    }

    @Override
    public Fate append(Reign reign, Batch batch) {
        return overLink(() -> log.append(reign, batch), Fate.UNKNOWN);
    }

    @Override
    public Fate resolve(Reign reign, long first) {
        return overLink(() -> log.resolve(reign, first), Fate.UNKNOWN);
    }

    @Override
    public boolean beat(Reign reign, long durable) {
        return overLink(() -> log.beat(reign, durable), true);
    }

    @Override
    public boolean confirm(Reign reign) {
        return overLink(() -> log.confirm(reign), false);
    }

    @Override
    public void resign(Reign reign) {
        boolean unused = overLink(
                () -> {
                    log.resign(reign);
                    return true;
                },
                false);
    }

    @Override
    public List<Batch> read(Reign reign, long after, int bytesMax) throws IOException {
        return overLink(() -> log.read(reign, after, bytesMax));
    }

    @Override
    public List<Batch> follow(long after, int bytesMax) throws IOException {
        return overLink(() -> log.follow(after, bytesMax));
    }

    @Override
    public boolean has(long position, int crc) throws IOException {
        return overLink(() -> log.has(position, crc));
    }

    @Override
    public Optional<Leader> leader() throws IOException {
        return overLink(log::leader);
    }

    @Override
    public SnapshotStore snapshots() {
        return new LinkedSnapshots();
    }

    @Override
    public void importSnapshot(Reign reign, long position, SnapshotStore.Content content) throws IOException {
        boolean unused = overLink(() -> {
            log.importSnapshot(reign, position, content);
            return true;
        });
    }

    @Override
    public void truncate(long position) throws IOException {
        boolean unused = overLink(() -> {
            log.truncate(position);
            return true;
        });
    }

    /** Closes this connection. Calls that wait, and all later ones, end as over a cut connection. */
    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the answer to a request, or another one if the answer does not come. */
    private <T> T overLink(Request<T> request, T otherwise) {
        try {
            return overLink(request);
        } catch (IOException e) {
            return otherwise;
        }
    }

    /** Sends a request and waits for the answer. */
    private <T> T overLink(Request<T> request) throws IOException {
        if (!passes(Link.FROZEN, Link.CUT)) {
            throw new IOException("The log is not reachable");
        }
        T answer = request.send();
        if (!passes(Link.FROZEN_BACK, Link.CUT_BACK)) {
            throw new IOException("The log has not answered");
        }
        return answer;
    }

    /** Returns whether a message gets through, after it has waited while the link is frozen in its direction. */
    private boolean passes(Link frozen, Link cut) {
        lock.lock();
        try {
            while (link == frozen && !isClosed) {
                waiting++;
                changed.awaitUninterruptibly();
                waiting--;
            }
            return link != cut && link != Link.CUT && !isClosed;
        } finally {
            lock.unlock();
        }
    }

    /** Asks the log for something. */
    @FunctionalInterface
    private interface Request<T> {
        T send() throws IOException;
    }

    /** The snapshots of the log, over this connection. */
    private final class LinkedSnapshots implements SnapshotStore {
        @Override
        public List<Long> positions() throws IOException {
            return overLink(() -> log.snapshots().positions());
        }

        @Override
        public InputStream open(long position) throws IOException {
            return overLink(() -> log.snapshots().open(position));
        }

        @Override
        public void write(long position, Content content) throws IOException {
            boolean unused = overLink(() -> {
                log.snapshots().write(position, content);
                return true;
            });
        }

        @Override
        public void delete(long position) throws IOException {
            boolean unused = overLink(() -> {
                log.snapshots().delete(position);
                return true;
            });
        }
    }
}
