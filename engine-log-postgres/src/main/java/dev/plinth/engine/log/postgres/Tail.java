package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Batch;
import java.io.IOException;
import java.io.InterruptedIOException;
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
    private static final long PAUSE_MILLIS_MAX = 100;

    private final Session session;
    private final BatchTables tables;
    private final Pause pause;
    private volatile long pauseMillis = PAUSE_MILLIS_MIN;

    Tail(Session session, BatchTables tables, Pause pause) {
        this.session = session;
        this.tables = tables;
        this.pause = pause;
    }

    /** Returns durable batches after a position; none after a moment in which none came. */
    List<Batch> follow(long after, int bytesMax) throws IOException {
        try {
            List<Batch> found = look(after, bytesMax);
            if (found.isEmpty()) {
                await();
                found = look(after, bytesMax);
            }
            pauseMillis = found.isEmpty() ? Math.min(2 * pauseMillis, PAUSE_MILLIS_MAX) : PAUSE_MILLIS_MIN;
            return found;
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    private void await() throws IOException {
        if (!pause.millis(pauseMillis)) {
            throw pause.isClosed()
                    ? new IOException("the log is closed")
                    : new InterruptedIOException("Expected to follow the log, but the thread was interrupted");
        }
    }

    private List<Batch> look(long after, int bytesMax) throws SQLException {
        return session.run(connection -> tables.follow(connection, after, bytesMax));
    }
}
