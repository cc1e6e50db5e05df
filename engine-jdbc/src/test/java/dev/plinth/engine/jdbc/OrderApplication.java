package dev.plinth.engine.jdbc;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.log.postgres.server.Server;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** A host with an engine inside, which takes orders until it is killed. Each order is a row, a resource and an event. */
final class OrderApplication {
    private static final int WRITERS = 3;
    private static final long BACKOFF_NANOS = 20_000_000;

    private OrderApplication() {}

    /** Runs with a directory, the port of PostgreSQL, a table and a workspace. */
    public static void main(String[] arguments) throws SQLException {
        DataSource source = Server.source(Integer.parseInt(arguments[1]));
        Engine engine = Engine.open(Path.of(arguments[0]));
        PlinthInbox inbox = PlinthInbox.of(engine, source).table(arguments[2]).open();
        for (int i = 0; i < WRITERS; i++) {
            new Thread(() -> takeOrders(source, inbox, arguments[3])).start();
        }
    }

    private static void takeOrders(DataSource source, PlinthInbox inbox, String workspace) {
        Random random = new Random();
        while (true) {
            try {
                takeOrder(source, inbox, workspace, random.nextInt(5) > 0);
            } catch (SQLException e) {
                LockSupport.parkNanos(BACKOFF_NANOS); // the database is down
            }
        }
    }

    private static void takeOrder(DataSource source, PlinthInbox inbox, String workspace, boolean commit)
            throws SQLException {
        String order = UUID.randomUUID().toString();
        try (Connection connection = source.getConnection();
                InboxTransaction plinth = inbox.in(begun(connection))) {
            try (PreparedStatement statement = connection.prepareStatement("insert into orders (id) values (?)")) {
                statement.setString(1, order);
                statement.executeUpdate();
            }
            plinth.write(workspace, effects -> {
                String made = effects.create(NewResource.of(order));
                effects.publish(NewEvent.of("order.paid", Json.of(Map.of("order", order)))
                        .about(made));
            });
            if (commit) {
                connection.commit();
            } else {
                connection.rollback();
            }
        }
    }

    private static Connection begun(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        return connection;
    }
}
