package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records beats, and names positions as durable. Both are sequences, so that they leave no dead rows. Neither waits for a
 * disk, because the next beat makes up for one that is lost with the primary.
 *
 * <p>The engine beats after each batch that no other one follows. Beats in quick succession are one, a moment later.
 *
 * <p>Thread-safe.
 */
final class Beats {
    private static final System.Logger LOG = System.getLogger(Beats.class.getName());
    private static final long SPACING_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A slower answer tells the time of the database too inexactly. */
    private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** An older answer tells nothing, because the machine may have been suspended since. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Session primary;
    private final Session side;
    private final NodeLock nodeLock;
    private final CurrentReign current;
    private final ScheduledExecutorService later;
    private final String beat;
    private volatile @Nullable ServerTime serverTime;
    private long last = System.nanoTime() - SPACING_NANOS;
    private long waitingEpoch;
    private long waitingDurable;
    private boolean isScheduled;

    /**
     * Makes it.
     *
     * @param primary the session of appends, whose connection a beat keeps alive
     * @param side the session for beats while that one is in use
     */
    Beats(
            Cell cell,
            Session primary,
            Session side,
            NodeLock nodeLock,
            CurrentReign current,
            ScheduledExecutorService later) {
        this.primary = primary;
        this.side = side;
        this.nodeLock = nodeLock;
        this.current = current;
        this.later = later;
        this.beat = "select set_config('synchronous_commit', 'off', true), " + Clock.beat(cell)
                + ", case when " + Cell.value(cell.durable()) + " < ? then setval('" + cell.durable()
                + "', ?) end from plinth_cell where number = " + cell.number() + " and" + CurrentReign.IS_LAST;
    }

    /**
     * Beats for the reign of an epoch, on the thread of its appends.
     *
     * @return false if the reign has certainly ended
     */
    boolean beat(long epoch, long durable) {
        if (current.epoch() != epoch) {
            return false;
        }
        if (isDeferred(epoch, durable)) {
            return true;
        }
        try {
            return primary.run(connection -> {
                boolean unused = nodeLock.holdAgain(connection);
                return send(connection, epoch, durable);
            });
        } catch (SQLException e) {
            return true;
        }
    }

    /**
     * Beats at once for a reign whose append cannot go on, over the connection of its appends.
     *
     * @return false if the reign has ended
     */
    boolean beatHere(Connection connection, long epoch) throws SQLException {
        return send(connection, epoch, 0);
    }

    /** Beats for the present reign while its append is in flight. */
    void beatBeside() throws SQLException {
        long epoch = current.epoch();
        if (epoch != 0) {
            boolean unused = side.run(connection -> send(connection, epoch, 0));
        }
    }

    /** Sends the last beat of a reign that was put off, because no later one follows. It may be in flight already. */
    void sendLast(Connection connection, long epoch) throws SQLException {
        long durable;
        synchronized (this) {
            if (waitingEpoch != epoch) {
                return;
            }
            durable = waitingDurable;
        }
        boolean unused = send(connection, epoch, durable);
    }

    private synchronized boolean isDeferred(long epoch, long durable) {
        long now = System.nanoTime();
        if (now - last >= SPACING_NANOS) {
            last = now;
            return false;
        }
        waitingEpoch = epoch;
        waitingDurable = durable;
        if (!isScheduled) {
            try {
                later.schedule(this::sendWaiting, SPACING_NANOS, TimeUnit.NANOSECONDS);
                isScheduled = true;
            } catch (RejectedExecutionException closed) {
                return true;
            }
        }
        return true;
    }

    private void sendWaiting() {
        long epoch;
        long durable;
        synchronized (this) {
            isScheduled = false;
            last = System.nanoTime();
            epoch = waitingEpoch;
            durable = waitingDurable;
        }
        try {
            boolean unused = side.run(connection -> send(connection, epoch, durable));
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "Could not beat", e);
        }
    }

    /** Returns the time by the database's clock, as the last quick beat tells; empty if there was none lately. */
    Optional<Instant> time() {
        ServerTime last = serverTime;
        long since = last == null ? FRESH_NANOS : System.nanoTime() - last.nanos();
        return last == null || since >= FRESH_NANOS
                ? Optional.empty()
                : Optional.of(
                        Instant.EPOCH.plus(last.micros(), ChronoUnit.MICROS).plusNanos(since));
    }

    /** The time by the database's clock at a time of this process. */
    private record ServerTime(long micros, long nanos) {}

    /** Returns false if another reign has begun. */
    private boolean send(Connection connection, long epoch, long durable) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(beat)) {
            select.setLong(1, durable);
            select.setLong(2, durable);
            select.setLong(3, epoch);
            select.setLong(4, current.root(epoch));
            long asked = System.nanoTime();
            try (ResultSet rows = select.executeQuery()) {
                boolean isLast = rows.next();
                long now = System.nanoTime();
                if (isLast && now - asked < QUICK_NANOS) {
                    serverTime = new ServerTime(rows.getLong(2), now);
                }
                return isLast;
            }
        }
    }
}
