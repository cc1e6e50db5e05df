package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Node;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Waits at the start of a node for the lock of its id. The remains of an earlier process hold it until the server finds
 * out that their client is gone.
 *
 * <p>Used once, by one thread.
 */
final class NodeJoin {
    private static final long LOOK_MILLIS = 50;

    private final Session session;
    private final NodeLock lock;
    private final Pause pause;

    NodeJoin(Session session, NodeLock lock, Pause pause) {
        this.session = session;
        this.lock = lock;
        this.pause = pause;
    }

    /**
     * Takes the lock.
     *
     * @throws IllegalStateException if another process has the id
     */
    void await(Node me) throws SQLException, IOException {
        while (!session.run(connection -> take(connection, me.id()))) {
            if (!pause.millis(LOOK_MILLIS)) {
                throw new IOException("Expected to join the log, but it is closed or the thread was interrupted");
            }
        }
    }

    private boolean take(Connection connection, String id) throws SQLException {
        if (lock.take(connection, id)) {
            return true;
        }
        if (lock.isHolderAlive() || lock.isRefusedForLong()) {
            throw lock.refusal(id);
        }
        return false;
    }
}
