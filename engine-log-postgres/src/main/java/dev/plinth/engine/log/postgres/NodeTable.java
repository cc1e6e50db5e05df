package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Node;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The table of nodes, in which a follower records how far it has come, for operators. No node goes by it. It is written
 * once a second at most, and no commit of it waits for a disk or a standby.
 *
 * <p>Used by one thread at a time.
 */
final class NodeTable {
    private static final System.Logger LOG = System.getLogger(NodeTable.class.getName());
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long INTERVAL_AFTER_FAILURE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Lets the commit of its own statement wait for nothing. */
    private static final String QUICK =
            "with quick as materialized (select set_config('synchronous_commit', 'off', true) as it)";

    private final Cell cell;
    private volatile @Nullable Node me;
    private long due = System.nanoTime();

    NodeTable(Cell cell) {
        this.cell = cell;
    }

    /** Makes the row of a node, and deletes those of nodes that are gone for an hour. */
    void join(Connection connection, Node node) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(QUICK
                + " delete from plinth_node using quick where it is not null and number = ?"
                + " and at < clock_timestamp() - interval '1 hour'")) {
            delete.setInt(1, cell.number());
            delete.executeUpdate();
        }
        write(connection, node, 0);
        me = node;
    }

    /** Returns true if a node has joined and a second has gone by. */
    boolean isDue() {
        return me != null && System.nanoTime() - due >= 0;
    }

    /** Records the position of the node. A failure is told and does not matter. */
    void record(Session session, long applied) {
        Node node = me;
        if (node == null) {
            return;
        }
        due = System.nanoTime() + INTERVAL_NANOS;
        try {
            session.run(connection -> {
                write(connection, node, applied);
                return null;
            });
        } catch (SQLException e) {
            due = System.nanoTime() + INTERVAL_AFTER_FAILURE_NANOS;
            LOG.log(System.Logger.Level.DEBUG, "Could not record the position of this node", e);
        }
    }

    private void write(Connection connection, Node node, long applied) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement(QUICK
                + " insert into plinth_node (number, id, url, applied, at) select ?, ?, ?, ?, clock_timestamp() from quick"
                + " where it is not null on conflict (number, id) do update set url = excluded.url,"
                + " applied = excluded.applied, at = excluded.at")) {
            write.setInt(1, cell.number());
            write.setString(2, node.id());
            write.setString(3, node.url().map(URI::toString).orElse(null));
            write.setLong(4, applied);
            write.executeUpdate();
        }
    }
}
