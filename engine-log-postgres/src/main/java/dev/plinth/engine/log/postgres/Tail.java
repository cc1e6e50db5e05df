package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Batch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Looks for new batches again and again, less often while there are none. It does not wait for notifications, because a
 * commit that notifies takes a lock of the whole server.
 *
 * <p>Thread-safe.
 */
final class Tail {
    private static final long PAUSE_MILLIS_MIN = 10;
    private static final long PAUSE_MILLIS_MAX = 50;

    private final Session session;
    private final BatchTables tables;
    private final boolean isToTheEnd;
    private final Pause pause;
    /** How long to pause before the next look; 0 if batches were found last time. */
    private volatile long pauseMillis;

    /**
     * Makes it.
     *
     * @param isToTheEnd true to return also what no leader has named as durable, as a takeover reads it
     */
    Tail(Session session, BatchTables tables, boolean isToTheEnd, Pause pause) {
        this.session = session;
        this.tables = tables;
        this.isToTheEnd = isToTheEnd;
        this.pause = pause;
    }

    /** Returns durable batches after a position; none after a moment in which none came. */
    List<Batch> follow(long after, int bytesMax) throws IOException {
        try {
            if (pauseMillis > 0) {
                await();
            }
            List<Batch> found = session.run(connection -> look(connection, after, bytesMax));
            pauseMillis = found.isEmpty() ? Math.min(Math.max(2 * pauseMillis, PAUSE_MILLIS_MIN), PAUSE_MILLIS_MAX) : 0;
            return found;
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    /** Lets the next pause be a short one, because something is about to happen. */
    void lookSoon() {
        pauseMillis = PAUSE_MILLIS_MIN;
    }

    private List<Batch> look(Connection connection, long after, int bytesMax) throws SQLException {
        return isToTheEnd ? tables.read(connection, after, bytesMax) : tables.follow(connection, after, bytesMax);
    }

    private void await() throws IOException {
        if (!pause.millis(pauseMillis)) {
            throw pause.isClosed()
                    ? new IOException("the log is closed")
                    : new InterruptedIOException("Expected to follow the log, but the thread was interrupted");
        }
    }
}
