package dev.plinth.engine.log.postgres;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Watches statements that take long. A statement that waits for the standby may take for ever, and the leader beats
 * meanwhile. A statement whose server process is gone, or whose server cannot be reached for a lease, is broken.
 *
 * <p>Used by one thread.
 */
final class SessionWatch {
    private static final System.Logger LOG = System.getLogger(SessionWatch.class.getName());

    private final Session watched;
    private final Session side;
    private final Beats beats;
    private final long leaseNanos;
    private final long lookNanos;
    private long silentSince;
    private boolean isSilent;

    /**
     * Makes a watch.
     *
     * @param side another session, which asks the server
     */
    SessionWatch(Session watched, Session side, Beats beats, Duration lease) {
        this.watched = watched;
        this.side = side;
        this.beats = beats;
        this.leaseNanos = lease.toNanos();
        this.lookNanos = lease.toNanos() / 3;
    }

    /** Returns how often to look. */
    Duration interval() {
        return Duration.ofNanos(Math.max(lookNanos / 2, TimeUnit.MILLISECONDS.toNanos(50)));
    }

    /** Looks once. */
    void look() {
        if (watched.busy().toNanos() < lookNanos) {
            isSilent = false;
            return;
        }
        try {
            Optional<Session.Backend> backend = watched.backend();
            boolean runs = backend.isPresent() && runs(backend.get());
            isSilent = false;
            if (backend.isEmpty()) {
                return; // no append waits for the standby while the session connects, so nothing extends the lease
            }
            if (runs) {
                beats.beatBeside();
            } else {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The server no longer works on a statement; its connection is broken");
                watched.abort();
            }
        } catch (SQLException | RuntimeException | Error e) { // whatever it is, the next look must come
            long now = System.nanoTime();
            if (!isSilent) {
                isSilent = true;
                silentSince = now;
            } else if (now - silentSince > leaseNanos) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The database is away: " + e.getMessage() + "; its connection is broken");
                watched.abort();
                silentSince = now; // each silence of a lease breaks one connection
            }
        }
    }

    private boolean runs(Session.Backend backend) throws SQLException {
        return side.run(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "select 1 from pg_stat_get_activity(?) as activity where extract(epoch from backend_start)::text = ?")) {
                select.setInt(1, backend.pid());
                select.setString(2, backend.since());
                try (ResultSet rows = select.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }
}
