package dev.plinth.engine.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import dev.plinth.engine.log.postgres.server.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a host with its engine, and its database, in turns under load. In the end each committed order has its resource
 * and its event once, and no other order has any. {@code -Dplinth.test.kills} sets the rounds of a run by hand.
 */
@Tag("slow")
@Timeout(3_600)
final class InboxKillTest {
    private static final int KILLS = Integer.getInteger("plinth.test.kills", 6);
    private static final int ORDERS_MAX = 150;
    private static final String TABLE = "plinth_inbox";

    @TempDir
    private Path directory;

    @Test
    void orders_hostAndDatabaseKilledInTurns_happenOnceInBoth() throws IOException, InterruptedException, SQLException {
        long seed = Long.getLong("plinth.test.seed", new Random().nextLong());
        Random random = new Random(seed);
        try (Pair pair = Pair.start()) {
            String workspace = prepare(pair.primary());
            for (int i = 0; i < KILLS; i++) {
                round(pair.primary(), workspace, random, i % 3 == 2);
            }
            List<String> orders = texts(pair.primary(), "select id from orders");
            try (Engine engine = Engine.open(directory.resolve("engine"));
                    PlinthInbox inbox = PlinthInbox.of(engine, pair.primary().source())
                            .table(TABLE)
                            .open()) {
                Patience.until(() -> inbox.health().pending() == 0);
                assertThat(inbox.health().refused()).as("seed " + seed).isZero();
                PlinthClient client = engine.workspace(workspace);
                List<String> paid = client.events().where("type", "order.paid").stream()
                        .map(event -> String.valueOf(event.data().asMap().get("order")))
                        .toList();
                List<String> made = client.resources().list().stream()
                        .map(resource -> resource.name())
                        .toList();
                assertThat(paid).as("seed " + seed).containsExactlyInAnyOrderElementsOf(orders);
                assertThat(made).as("seed " + seed).containsExactlyInAnyOrderElementsOf(orders);
                System.getLogger(InboxKillTest.class.getName())
                        .log(System.Logger.Level.INFO, KILLS + " kills, " + orders.size() + " orders, seed " + seed);
            }
        }
    }

    private String prepare(Server database) throws SQLException {
        try (Engine engine = Engine.open(directory.resolve("engine"));
                Connection connection = database.source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table orders (id text primary key)");
            PlinthInbox.of(engine, database.source())
                    .table(TABLE)
                    .createTables()
                    .open()
                    .close();
            return engine.admin().createWorkspace("shop", "business").call().id();
        }
    }

    /** Runs the host until it has taken some orders, and kills it. Kills the database first in some rounds. */
    private void round(Server database, String workspace, Random random, boolean killDatabase)
            throws IOException, InterruptedException, SQLException {
        Process host = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OrderApplication.class.getName(),
                        directory.resolve("engine").toString(),
                        String.valueOf(database.port()),
                        TABLE,
                        workspace)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("host.log").toFile())
                .start();
        try {
            awaitOrders(host, database, random);
            if (killDatabase) {
                database.crash();
                database.start();
                awaitOrders(host, database, random);
            }
        } finally {
            host.destroyForcibly();
            assertThat(host.waitFor()).isNotZero();
        }
    }

    private static void awaitOrders(Process host, Server database, Random random) throws SQLException {
        int goal = texts(database, "select id from orders").size() + 1 + random.nextInt(ORDERS_MAX);
        Patience.until(() -> {
            assertThat(host.isAlive()).isTrue();
            return texts(database, "select id from orders").size() >= goal;
        });
    }

    private static List<String> texts(Server database, String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = database.source().getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                texts.add(found.getString(1));
            }
        }
        return texts;
    }
}
