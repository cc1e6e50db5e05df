package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Appends batches and finds out unknown fates. To find out, the node fences its own earlier statement: it changes the
 * fence in the row that such a statement holds, and looks afterwards. A batch that is not there is appended once more.
 *
 * <p>Used by one thread at a time.
 */
final class Appends {
    private static final System.Logger LOG = System.getLogger(Appends.class.getName());
    private static final long RETRY_MILLIS = 50;

    private final Session session;
    private final Cell cell;
    private final BatchTables tables;
    private final TableRotation rotation;
    private final NodeLock nodeLock;
    private final CurrentReign current;
    private final Reigns reigns;
    private final StandbyGuard standbys;
    private final Beats beats;
    private final Duration lease;
    private final Pause pause;
    private @Nullable Batch unknown;
    private boolean isWaitingForStandby;
    /** The connection on which the log was seen to have the record before a batch. */
    private @Nullable Connection checked;

    /**
     * Makes it.
     *
     * @param lease for how long the database may be away while a fate is looked for
     */
    Appends(
            Session session,
            BatchTables tables,
            TableRotation rotation,
            Reigns reigns,
            Beats beats,
            Duration lease,
            Pause pause) {
        this.session = session;
        this.cell = reigns.cell();
        this.tables = tables;
        this.rotation = rotation;
        this.nodeLock = reigns.nodeLock();
        this.current = reigns.current();
        this.reigns = reigns;
        this.standbys = reigns.standbys();
        this.beats = beats;
        this.lease = lease;
        this.pause = pause;
    }

    /** Appends a batch, and waits for the standby as long as the connection lives. */
    Fate append(Batch batch) {
        unknown = batch;
        try {
            BatchTables.Inserted inserted = insert(batch);
            while (inserted == BatchTables.Inserted.REFUSED) {
                if (!session.run(connection -> isLast(connection, batch.epoch()))) {
                    return Fate.FENCED;
                }
                if (!awaitStandby(session.run(standbys::refusal))) {
                    return Fate.UNKNOWN;
                }
                inserted = insert(batch);
            }
            if (inserted == BatchTables.Inserted.DONE) {
                unknown = null;
                isWaitingForStandby = false;
                return Fate.DURABLE;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The database did not wait for its standby at " + batch + "; it is asked again");
        } catch (SQLException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The database did not tell the fate of " + batch + ": " + e.getMessage() + "; it is asked again");
        }
        return Fate.UNKNOWN;
    }

    /** Finds out the fate of the batch that begins at a position. */
    Fate resolve(long epoch, long first) {
        long failingSince = 0;
        boolean isFailing = false;
        do {
            try {
                Optional<Fate> fate = session.run(connection -> look(connection, epoch, first));
                if (fate.isPresent()) {
                    return fate.get();
                }
                isFailing = false;
            } catch (SQLException e) {
                if (!isFailing) {
                    isFailing = true;
                    failingSince = System.nanoTime();
                } else if (System.nanoTime() - failingSince > lease.toNanos()) {
                    return Fate.UNKNOWN;
                }
            }
        } while (pause.millis(RETRY_MILLIS));
        return Fate.UNKNOWN;
    }

    private BatchTables.Inserted insert(Batch batch) throws SQLException {
        return session.run(connection -> insert(connection, batch));
    }

    private BatchTables.Inserted insert(Connection connection, Batch batch) throws SQLException {
        boolean unused = nodeLock.holdAgain(connection);
        if (!connection.equals(checked)) {
            requireRecordBefore(connection, batch);
            checked = connection;
        }
        BatchTables.Inserted inserted =
                tables.insert(connection, rotation.table(connection), batch, current.fence(batch.epoch()));
        rotation.added(batch.frame().length);
        return inserted;
    }

    /**
     * Ends a reign that would leave a gap in the log. Only another server can lack records, so each connection is checked
     * once.
     */
    private void requireRecordBefore(Connection connection, Batch batch) throws SQLException {
        long before = batch.first() - 1;
        if (before > 0 && !tables.hasRecord(connection, before, batch.crcBefore())) {
            reigns.resign(connection, batch.epoch());
            LOG.log(
                    System.Logger.Level.ERROR,
                    "The database has lost record " + before + ", which was durable, so the reign of epoch "
                            + batch.epoch() + " ends. Check how the database failed over.");
        }
    }

    /** Beats, because the append may have to wait long. Returns true if appends of the reign are not fenced. */
    private boolean isLast(Connection connection, long epoch) throws SQLException {
        if (!beats.beatHere(connection, epoch)) {
            return false;
        }
        try (PreparedStatement select =
                connection.prepareStatement("select 1 from plinth_cell where number = ? and epoch = ? and fence = ?")) {
            select.setInt(1, cell.number());
            select.setLong(2, epoch);
            select.setLong(3, current.fence(epoch));
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    private boolean awaitStandby(Optional<String> refusal) {
        if (refusal.isPresent() && !isWaitingForStandby) {
            isWaitingForStandby = true;
            LOG.log(System.Logger.Level.ERROR, "Changes wait. " + refusal.get());
        }
        return pause.millis(RETRY_MILLIS);
    }

    /** Looks for a batch once. Returns empty if the database has not made the answer durable. */
    private Optional<Fate> look(Connection connection, long epoch, long first) throws SQLException {
        boolean unused = nodeLock.holdAgain(connection);
        if (!standbys.isSafe(connection)) {
            unused = beats.beatHere(connection, epoch);
            return Optional.empty();
        }
        try (PreparedStatement update = connection.prepareStatement("update plinth_cell set fence = fence + 1 where"
                + " number = ? and" + CurrentReign.IS_LAST + " returning fence")) {
            update.setInt(1, cell.number());
            update.setLong(2, epoch);
            update.setLong(3, current.root(epoch));
            boolean reigns;
            try (ResultSet rows = update.executeQuery()) {
                reigns = rows.next();
                if (reigns) {
                    current.set(epoch, rows.getLong(1));
                }
            }
            if (update.getWarnings() != null || !standbys.isSafe(connection)) {
                return Optional.empty();
            }
            return reigns ? lookWhileReigning(connection, epoch, first) : lookAfterReign(connection, epoch, first);
        }
    }

    private Optional<Fate> lookWhileReigning(Connection connection, long epoch, long first) throws SQLException {
        if (tables.has(connection, first, epoch, sought(epoch, first))) {
            unknown = null;
            checked = connection;
            return Optional.of(Fate.DURABLE);
        }
        Batch again = sought(epoch, first);
        if (again == null) {
            reigns.resign(connection, epoch);
            return Optional.of(Fate.FENCED);
        }
        if (insert(connection, again) != BatchTables.Inserted.DONE) {
            return Optional.empty();
        }
        unknown = null;
        return Optional.of(Fate.DURABLE);
    }

    /** Looks for a batch when another reign has begun. What is seen counts once a commit behind it is durable. */
    private Optional<Fate> lookAfterReign(Connection connection, long epoch, long first) throws SQLException {
        if (!Barrier.pass(connection, standbys)) {
            return Optional.empty();
        }
        if (tables.has(connection, first, epoch, sought(epoch, first))) {
            return Optional.of(Fate.DURABLE);
        }
        // The mark is moved before batches are deleted, so a batch that was deleted is behind it by now.
        return Optional.of(tables.truncated(connection) >= first ? Fate.UNKNOWN : Fate.FENCED);
    }

    /** Returns the batch of unknown fate, if it is this one. */
    private @Nullable Batch sought(long epoch, long first) {
        Batch batch = unknown;
        return batch != null && batch.epoch() == epoch && batch.first() == first ? batch : null;
    }
}
