package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Node;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Waits at the start of a node for the lock of its id. The remains of an earlier process hold it until the server finds
 * out that their client is gone. A living process is told from them by its statements: remains begin no new one.
 *
 * <p>Used once, by one thread.
 */
final class NodeJoin {
    private static final long LOOK_MILLIS = 50;

    /** The server may begin a last statement of a client that is gone, and one that was under way. */
    private static final int STATEMENTS_OF_REMAINS = 2;

    private final Session session;
    private final NodeLock lock;
    private final Pause pause;
    private String holder = "";
    private int statements;

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
        Optional<String> now = lock.holder(connection, id);
        if (now.isPresent() && !now.get().equals(holder)) {
            statements += holder.isEmpty() ? 0 : 1;
            holder = now.get();
        }
        if (statements > STATEMENTS_OF_REMAINS) {
            throw lock.refusal(id);
        }
        return false;
    }
}
