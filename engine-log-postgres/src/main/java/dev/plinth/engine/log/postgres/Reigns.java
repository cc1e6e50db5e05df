package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Begins and ends reigns. A takeover is the only statement that changes the epoch. It needs the row that an append under
 * way holds, so it begins only when none is.
 *
 * <p>A reign begins at once if the connection of the leader's process is gone for a moment. Otherwise it begins once the
 * lease has ended by the database's clock.
 *
 * <p>Used by one thread at a time, but for {@link #leader} and {@link #isLast}.
 */
final class Reigns {
    private static final System.Logger LOG = System.getLogger(Reigns.class.getName());

    /** The time in which a leader may connect again after its connection was cut. */
    private static final long GONE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Cell cell;
    private final Duration lease;
    private final NodeLock nodeLock;
    private final CurrentReign current;
    private final String status;
    private final String takeover;
    private final String resignation;
    private final StandbyGuard standbys;
    private long goneEpoch = -1;
    private long goneSince;
    private boolean isWithoutStandby;

    /** Makes it for a cell, with the lease of reigns that begin here. */
    Reigns(Cell cell, Duration lease, NodeLock nodeLock, CurrentReign current, StandbyGuard standbys) {
        this.cell = cell;
        this.lease = lease;
        this.nodeLock = nodeLock;
        this.current = current;
        this.standbys = standbys;
        String row = "with free as (select number from plinth_cell where number = " + cell.number() + " and%s"
                + " for no key update nowait) update plinth_cell as cell set epoch = epoch + 1, fence = ";
        this.status = "select epoch, node, lease_ms, " + Clock.millisSince(Cell.value(cell.beat())) + " as silent_ms, "
                + NodeLock.isFree(cell, "node") + " as gone from plinth_cell where number = " + cell.number();
        this.takeover = String.format(row, " epoch = ?" + standbys.condition())
                + "?, node = ?, url = ?, lease_ms = ? from free where cell.number = free.number"
                + " returning epoch, fence, " + Clock.beat(cell);
        this.resignation = String.format(row, CurrentReign.IS_LAST)
                + "fence + 1, node = null, url = null from free where cell.number = free.number"
                + " returning set_config('synchronous_commit', 'off', true)";
    }

    Cell cell() {
        return cell;
    }

    /** Returns true if the connection of the leader was gone when it was last looked at, so that a reign may begin soon. */
    boolean isLeaderGone() {
        return goneEpoch >= 0;
    }

    NodeLock nodeLock() {
        return nodeLock;
    }

    CurrentReign current() {
        return current;
    }

    /** A reign that has begun, with the time by the database's clock. */
    record Begun(long epoch, Instant time) {}

    /** The row of the cell, as a candidate sees it. */
    private record Status(long epoch, @Nullable String node, long leaseMillis, long silentMillis, boolean gone) {}

    /**
     * Begins a reign if no other node's lease lives.
     *
     * @return the reign; empty if another node reigns, or an append or a takeover is in flight
     * @throws SQLException if the database fails, or the takeover may be lost with the primary
     * @throws IllegalStateException if another process has the id of this node
     */
    Optional<Begun> begin(Connection connection, Node me) throws SQLException {
        if (!nodeLock.take(connection, me.id())) {
            return Optional.empty();
        }
        Status seen = status(connection);
        if (seen.node() != null && !seen.node().equals(me.id()) && lives(seen)) {
            return Optional.empty();
        }
        try {
            return takeOver(connection, me, seen.epoch());
        } catch (SQLException e) {
            if (SqlStates.isLockNotFree(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Ends a reign, if it is the last one. Does not wait for the standby, because the end of the lease does the same. */
    void resign(Connection connection, long epoch) throws SQLException {
        current.end(epoch);
        try (PreparedStatement update = connection.prepareStatement(resignation)) {
            update.setLong(1, epoch);
            update.setLong(2, current.root(epoch));
            update.executeQuery().close();
        }
    }

    /** Returns true if a reign of this node is the last one of all nodes. */
    boolean isLast(Connection connection, long epoch) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select 1 from plinth_cell where number = ? and" + CurrentReign.IS_LAST)) {
            select.setInt(1, cell.number());
            select.setLong(2, epoch);
            select.setLong(3, current.root(epoch));
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    StandbyGuard standbys() {
        return standbys;
    }

    Optional<Leader> leader(Connection connection) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select node, url, epoch from plinth_cell where number = ?")) {
            select.setInt(1, cell.number());
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                String node = rows.getString(1);
                if (node == null) {
                    return Optional.empty();
                }
                return Optional.of(new Leader(new Node(node, url(rows.getString(2))), rows.getLong(3)));
            } catch (IllegalArgumentException e) {
                throw new SQLException("The row of cell " + cell.name() + " names no node: " + e.getMessage(), e);
            }
        }
    }

    /** Returns the address in a column; empty if it is none. */
    static Optional<URI> url(@Nullable String text) {
        try {
            return Optional.ofNullable(text).map(URI::create);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Status status(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(status);
                ResultSet rows = select.executeQuery()) {
            rows.next();
            return new Status(rows.getLong(1), rows.getString(2), rows.getLong(3), rows.getLong(4), rows.getBoolean(5));
        }
    }

    private boolean lives(Status seen) {
        if (seen.silentMillis() > seen.leaseMillis()) {
            return false;
        }
        if (!seen.gone()) {
            goneEpoch = -1;
            return true;
        }
        if (goneEpoch != seen.epoch()) {
            goneEpoch = seen.epoch();
            goneSince = System.nanoTime();
        }
        return System.nanoTime() - goneSince < GONE_NANOS;
    }

    private Optional<Begun> takeOver(Connection connection, Node me, long epoch) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(takeover)) {
            update.setLong(1, epoch);
            update.setLong(2, CurrentReign.newFence());
            update.setString(3, me.id());
            update.setString(4, me.url().map(URI::toString).orElse(null));
            update.setLong(5, lease.toMillis());
            Optional<Begun> begun = Optional.empty();
            try (ResultSet rows = update.executeQuery()) {
                if (rows.next()) {
                    current.set(rows.getLong(1), rows.getLong(2));
                    Instant time = Instant.EPOCH.plus(rows.getLong(3), ChronoUnit.MICROS);
                    begun = Optional.of(new Begun(rows.getLong(1), time));
                }
            }
            if (update.getWarnings() != null) {
                throw new SQLException("The takeover may be lost with the primary: "
                        + update.getWarnings().getMessage());
            }
            Optional<String> refusal = standbys.refusal(connection);
            if (refusal.isPresent() && !isWithoutStandby) {
                LOG.log(System.Logger.Level.ERROR, "No node begins to lead. " + refusal.get());
            }
            isWithoutStandby = refusal.isPresent();
            if (refusal.isPresent() && begun.isPresent()) {
                throw new SQLException("The takeover may be lost with the primary. " + refusal.get());
            }
            return begun;
        }
    }
}
