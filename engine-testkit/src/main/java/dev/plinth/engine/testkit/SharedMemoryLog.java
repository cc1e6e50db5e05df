package dev.plinth.engine.testkit;

import dev.plinth.engine.api.Experimental;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.SnapshotStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A shared log in the memory of one JVM, for tests with several engines and as the model of an adapter. It lives as long
 * as a program refers to it; {@link #close} does nothing, because several nodes may use the same one.
 *
 * <p>A node uses the log itself or, if a test is to cut or freeze it, a connection of its own from {@link #connect}. A
 * node whose id reigns already may begin another reign, because it has been started again. A test makes appends wait or
 * go wrong with {@link #hold} and {@link #failAppend}.
 *
 * <p>Thread-safe.
 */
@Experimental
public final class SharedMemoryLog implements SharedLog {
    private static final int BEATS_PER_LEASE = 3;
    private static final Duration LEASE_MIN = Duration.ofMillis(BEATS_PER_LEASE);
    private static final Duration LEASE_WITHOUT_CLOCK = Duration.ofSeconds(BEATS_PER_LEASE);
    private static final long FOLLOW_MILLIS = 20;
    private static final Node STRANGER = new Node("stranger");

    private final UUID id = UUID.randomUUID();
    private final int cell;
    private final LongSupplier nanoTime;
    private final long leaseNanos;
    private final Duration beat;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private final Condition let = lock.newCondition();
    /** Batches by the end that the log had when they came; stale ones stay behind the batch with that end. */
    private final NavigableMap<Long, List<Batch>> batches = new TreeMap<>();

    private final SnapshotsInMemory snapshots = new SnapshotsInMemory();
    private long epoch;
    private long durable;
    private @Nullable Reign last;
    private boolean isLeased;
    private long beatenAt;
    private boolean isHeld;
    private boolean resolves = true;
    private boolean keepsFenced;
    private int appendsBeforeFault;
    private @Nullable AppendFault fault;
    private long lostEnd;
    private long truncated;
    private long misses;

    /** Ways in which an append goes wrong. */
    public enum AppendFault {
        /** Another node begins to reign just before the append. */
        FENCED,

        /** The batch is in the log, and the answer is lost. */
        UNKNOWN_AND_APPLIED,

        /** The batch is not in the log, and the answer is lost. */
        UNKNOWN_AND_NOT_APPLIED,

        /**
         * The batch is in the log until the next reign begins or the batch is resolved, and the answer is lost. So does a
         * database that fails over to a replica without it. A follower sees it only if it was named durable wrongly.
         */
        UNKNOWN_AND_LOST
    }

    /** Makes an empty log of cell 0, whose leases end only by {@link #resign} and {@link #expireLease}. */
    public SharedMemoryLog() {
        this(0);
    }

    /**
     * Makes an empty log, whose leases end only by {@link #resign} and {@link #expireLease}.
     *
     * @param cell the number of its cell, 0 or higher
     */
    public SharedMemoryLog(int cell) {
        this(cell, () -> 0, LEASE_WITHOUT_CLOCK);
    }

    /**
     * Makes an empty log, whose leases also lapse by a clock. A node beats in real time, so a test that moves a manual
     * clock decides whether a lease lapses.
     *
     * @param cell the number of its cell, 0 or higher
     * @param nanoTime nanoseconds from any origin that never go back, for example {@code ManualClock::nanoTime}
     * @param lease how long a node reigns after its last beat or append, 3 ms or longer
     */
    public SharedMemoryLog(int cell, LongSupplier nanoTime, Duration lease) {
        Objects.requireNonNull(nanoTime, "nanoTime must not be null.");
        Objects.requireNonNull(lease, "lease must not be null.");
        if (cell < 0) {
            throw new IllegalArgumentException("The number of a cell must be 0 or higher, got " + cell + ".");
        }
        if (lease.compareTo(LEASE_MIN) < 0) {
            throw new IllegalArgumentException("A lease must be 3 ms or longer, got " + lease + ". Take some seconds.");
        }
        this.cell = cell;
        this.nanoTime = nanoTime;
        this.leaseNanos = lease.toNanos();
        this.beat = lease.dividedBy(BEATS_PER_LEASE);
    }

    /** Returns a new connection to this log for one node, which a test can cut and freeze. */
    public SharedMemoryConnection connect() {
        return new SharedMemoryConnection(this);
    }

    /** Ends the present lease, as if its node had not beaten for too long. The reign ends only when another begins. */
    public void expireLease() {
        lock.lock();
        try {
            isLeased = false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the lease of one reign, if it has the present one.
     *
     * @param of the epoch of that reign
     */
    public void expireLease(long of) {
        lock.lock();
        try {
            isLeased &= epoch != of;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes an append go wrong.
     *
     * @param number counts the appends from now on; 1 is the next one
     * @throws IllegalArgumentException if the number is less than 1
     */
    public void failAppend(int number, AppendFault how) {
        Objects.requireNonNull(how, "how must not be null.");
        if (number < 1) {
            throw new IllegalArgumentException("The number of an append must be 1 or higher, got " + number + ".");
        }
        lock.lock();
        try {
            appendsBeforeFault = number - 1;
            fault = how;
        } finally {
            lock.unlock();
        }
    }

    /** Sets whether {@link #resolve} finds out the fate of an unknown batch, as it does at first. */
    public void resolve(boolean findsOut) {
        lock.lock();
        try {
            resolves = findsOut;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sets whether a fenced batch is stored nevertheless, behind those of the later reign, as some libraries of consensus
     * do. Followers and later reigns then read it and have to skip it. A batch that ends after the end of the log is
     * never stored so.
     */
    public void keepFenced(boolean keeps) {
        lock.lock();
        try {
            keepsFenced = keeps;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Loses all records behind a position, as a database does that fails over to a server without them. The present reign
     * goes on.
     *
     * @param position the last record that stays
     */
    public void lose(long position) {
        lock.lock();
        try {
            batches.tailMap(position, false).clear();
            durable = Math.min(durable, position);
        } finally {
            lock.unlock();
        }
    }

    /** Returns how often a node has asked for a record that was lost. No right node does without {@link #lose(long)}. */
    public long misses() {
        lock.lock();
        try {
            return misses;
        } finally {
            lock.unlock();
        }
    }

    /** Makes appends wait until {@link #letGo}. */
    public void hold() {
        hold(true);
    }

    /** Lets the appends go on that wait, and all later ones. */
    public void letGo() {
        hold(false);
    }

    private void hold(boolean held) {
        lock.lock();
        try {
            isHeld = held;
            let.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public int cell() {
        return cell;
    }

    @Override
    public boolean isPersistent() {
        return false;
    }

    @Override
    public Optional<Reign> reign(Node me) {
        lock.lock();
        try {
            if (last != null && isLeaseAlive() && !last.node().id().equals(me.id())) {
                return Optional.empty();
            }
            lose();
            epoch++;
            extend();
            last = new Reign(epoch, me, beat);
            return Optional.of(last);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Fate append(Reign reign, Batch batch) {
        lock.lock();
        try {
            while (isHeld) {
                let.awaitUninterruptibly();
            }
            AppendFault now = nextFault();
            if (now == AppendFault.FENCED) {
                last = new Reign(++epoch, STRANGER, beat);
                extend();
            }
            if (reign.epoch() != epoch) {
                keepFenced(batch);
                return Fate.FENCED;
            }
            if (!hasBefore(batch)) {
                end(reign);
                return Fate.FENCED;
            }
            extend();
            nameDurable(batch.first() - 1);
            if (now != AppendFault.UNKNOWN_AND_NOT_APPLIED) {
                store(batch.last(), batch);
            }
            lostEnd = now == AppendFault.UNKNOWN_AND_LOST ? batch.last() : 0;
            return now == null ? Fate.DURABLE : Fate.UNKNOWN;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Fate resolve(Reign reign, long first) {
        lock.lock();
        try {
            if (!resolves) {
                return Fate.UNKNOWN;
            }
            lose();
            for (List<Batch> there : batches.tailMap(first, true).values()) {
                Batch batch = there.get(0);
                if (batch.first() == first && batch.epoch() == reign.epoch()) {
                    return Fate.DURABLE;
                }
            }
            end(reign);
            return first <= truncated ? Fate.UNKNOWN : Fate.FENCED; // a batch that was deleted may have been this one
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean beat(Reign reign, long position) {
        lock.lock();
        try {
            if (reign.epoch() != epoch) {
                return false;
            }
            extend();
            nameDurable(position);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean confirm(Reign reign) {
        lock.lock();
        try {
            return reign.epoch() == epoch;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void resign(Reign reign) {
        lock.lock();
        try {
            end(reign);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Batch> read(Reign reign, long after, int bytesMax) throws IOException {
        lock.lock();
        try {
            if (reign.epoch() != epoch) {
                throw new IOException(
                        "Expected epoch " + reign.epoch() + " to reign, but the log is at epoch " + epoch);
            }
            return behind(after, Long.MAX_VALUE, bytesMax);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Batch> follow(long after, int bytesMax) throws IOException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(FOLLOW_MILLIS);
            List<Batch> found = behind(after, durable, bytesMax);
            while (found.isEmpty() && left > 0) {
                left = grown.awaitNanos(left);
                found = behind(after, durable, bytesMax);
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Expected to follow the log, but the thread was interrupted");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean has(long position, int crc) throws IOException {
        List<Long> copies = snapshots.positions();
        lock.lock();
        try {
            List<Batch> there = batches.get(position);
            boolean isThere = position <= truncated
                    || copies.contains(position)
                    || there != null && there.get(0).crc() == crc;
            misses += isThere ? 0 : 1;
            return isThere;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Leader> leader() {
        lock.lock();
        try {
            return Optional.ofNullable(last).map(reign -> new Leader(reign.node(), reign.epoch()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public SnapshotStore snapshots() {
        return snapshots;
    }

    @Override
    public void importSnapshot(Reign reign, long position, SnapshotStore.Content content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        content.writeTo(out);
        lock.lock();
        try {
            if (reign.epoch() != epoch
                    || !batches.isEmpty()
                    || !snapshots.positions().isEmpty()) {
                throw new IOException("the log is not empty, or the reign has ended");
            }
            snapshots.put(position, out.toByteArray());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void truncate(long position) {
        List<Long> positions = snapshots.positions();
        if (positions.size() < 2 || positions.get(1) < position) {
            throw new IllegalArgumentException("Two snapshots must be at position " + position
                    + " or after it, but there are those at " + positions + ". Write snapshots first.");
        }
        lock.lock();
        try {
            batches.headMap(position, true).clear();
            truncated = Math.max(truncated, position);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {}

    /** Returns true if the log has the record before a batch, or never had one. Called with the lock. */
    private boolean hasBefore(Batch batch) {
        List<Batch> there = batches.get(batch.first() - 1);
        return there == null
                ? batches.isEmpty() || batch.first() == 1
                : there.get(0).crc() == batch.crcBefore();
    }

    /** Ends a reign if it is the last one. Called with the lock. */
    private void end(Reign reign) {
        if (reign.epoch() == epoch) {
            epoch++;
            isLeased = false;
            last = null;
        }
    }

    /** Called with the lock. */
    private boolean isLeaseAlive() {
        return isLeased && nanoTime.getAsLong() - beatenAt < leaseNanos;
    }

    /** Extends the lease of the present reign. Called with the lock. */
    private void extend() {
        isLeased = true;
        beatenAt = nanoTime.getAsLong();
    }

    /** Returns how the next append goes wrong, or null. Called with the lock. */
    private @Nullable AppendFault nextFault() {
        if (fault == null || appendsBeforeFault-- > 0) {
            return null;
        }
        AppendFault now = fault;
        fault = null;
        return now;
    }

    /** Returns batches after a position and up to another one. Called with the lock. */
    private List<Batch> behind(long after, long upTo, int bytesMax) {
        List<Batch> found = new ArrayList<>();
        long bytes = 0;
        for (List<Batch> there : batches.tailMap(after, false).values()) {
            for (Batch batch : there) {
                bytes += batch.frame().length;
            }
            if (there.get(0).last() > upTo || bytes > bytesMax && !found.isEmpty()) {
                break;
            }
            found.addAll(there);
        }
        return found;
    }

    /** Removes the batch that is to be lost. Called with the lock. */
    private void lose() {
        if (lostEnd > 0) {
            batches.remove(lostEnd);
            lostEnd = 0;
        }
    }

    /** Called with the lock. */
    private void store(long end, Batch batch) {
        batches.computeIfAbsent(end, none -> new ArrayList<>(1)).add(batch);
    }

    /** Stores a stale batch if a test wants it, and later reigns have appended beyond its end. Called with the lock. */
    private void keepFenced(Batch batch) {
        if (!keepsFenced || batches.isEmpty()) {
            return;
        }
        long end = batches.lastKey();
        if (end >= batch.last()) {
            store(end, batch);
        }
    }

    /** Records how far the log is durable. Called with the lock. */
    private void nameDurable(long position) {
        if (position > durable) {
            durable = position;
            grown.signalAll();
        }
    }

    /** Keeps snapshots as arrays of bytes. */
    private static final class SnapshotsInMemory implements SnapshotStore {
        private final NavigableMap<Long, byte[]> all = new TreeMap<>();

        @Override
        public synchronized List<Long> positions() {
            return List.copyOf(all.descendingKeySet());
        }

        @Override
        public synchronized InputStream open(long position) throws IOException {
            byte[] bytes = all.get(position);
            if (bytes == null) {
                throw new IOException("Expected a snapshot at position " + position + ", but there are those at "
                        + all.descendingKeySet());
            }
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public void write(long position, Content content) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            content.writeTo(out);
            put(position, out.toByteArray());
        }

        @Override
        public synchronized void delete(long position) {
            all.remove(position);
        }

        synchronized void put(long position, byte[] bytes) {
            all.put(position, bytes);
        }
    }
}
