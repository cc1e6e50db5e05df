package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.replication.PGReplicationStream;

/**
 * Tests that a reader of changes, such as a connector of Debezium, does not count as the standby. Commits wait for it if
 * its name is among those of the standbys, but it keeps nothing of them.
 */
@Timeout(600)
@Tag("portable")
final class PostgresConsumerTest {
    private static final Node NODE = new Node("first");

    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();
    private final String slot = "slot_" + name.substring(0, 8);
    private final PostgresLog log = PostgresLog.of(servers.primary().source()).cell(name);

    @BeforeEach
    void create() {
        servers.query("select pg_create_logical_replication_slot('" + slot + "', 'test_decoding')");
    }

    @AfterEach
    void drop() {
        if (!servers.standby().isRunning()) {
            servers.standby().start();
        }
        log.close();
        Patience.until(() -> servers.query("select active from pg_replication_slots where slot_name = '" + slot + "'")
                .equals("f"));
        servers.query("select pg_drop_replication_slot('" + slot + "')");
    }

    @Test
    void append_whileAConsumerStandsForTheStandby_isNotDurableUntilTheStandbyIsBack() throws Exception {
        Reign reign = log.reign(NODE).orElseThrow();
        assertThat(log.append(reign, LogBatches.batch(reign, 1))).isEqualTo(Fate.DURABLE);
        servers.standby().stop();
        CompletableFuture<Fate> append;
        try (Consumer consumer = new Consumer("standby")) {
            awaitRole(consumer, "sync");

            append = CompletableFuture.supplyAsync(() -> log.append(reign, LogBatches.batch(reign, 2)));

            awaitBeats();
            assertThat(append).isNotDone();
            assertThat(log.reign(new Node("other"))).isEmpty();
            assertThat(status().server().readers())
                    .containsExactly(new LogStatus.ReaderStatus("standby", "sync", true));
            String sentence = "The database must have a synchronous standby, but the reader of logical slot " + slot
                    + " counts as one. Take its application_name out of synchronous_standby_names.";
            assertThat(status().refusal()).contains(sentence);
            assertThatThrownBy(() -> PostgresLog.of(servers.primary().source()).cell(name))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(sentence);
        }
        servers.standby().start();

        Fate fate = append.join();
        assertThat(fate == Fate.UNKNOWN ? log.resolve(reign, 2) : fate).isEqualTo(Fate.DURABLE);
        assertThat(log.append(reign, LogBatches.batch(reign, 3))).isEqualTo(Fate.DURABLE);
    }

    @Test
    void append_thatWaitsWhenAConsumerTakesThePlaceOfTheStandby_isNotDurable() throws Exception {
        Reign reign = log.reign(NODE).orElseThrow();
        servers.standby().stop();
        CompletableFuture<Fate> append =
                CompletableFuture.supplyAsync(() -> log.append(reign, LogBatches.batch(reign, 1)));
        Patience.until(() -> servers.query(
                        "select count(*) from pg_stat_activity where wait_event = 'SyncRep' and query"
                                + " like 'insert into plinth_log%' and clock_timestamp() - query_start > interval '100 ms'")
                .equals("1"));

        try (Consumer consumer = new Consumer("standby")) {
            assertThat(append.join()).isEqualTo(Fate.UNKNOWN);
            assertThat(consumer.isReading()).isTrue();
        }
        servers.standby().start();

        assertThat(log.resolve(reign, 1)).isEqualTo(Fate.DURABLE);
    }

    @Test
    void append_besideAConsumerForWhichNoCommitWaits_isDurable() throws Exception {
        try (Consumer consumer = new Consumer("debezium")) {
            awaitRole(consumer, "async");
            Reign reign = log.reign(NODE).orElseThrow();

            assertThat(log.append(reign, LogBatches.batch(reign, 1))).isEqualTo(Fate.DURABLE);

            assertThat(status().refusal()).isEmpty();
        }
    }

    @Test
    void cell_ofAUserWhoMayNotSeeTheReaders_isRefusedWhileThereIsAConsumer() throws Exception {
        servers.execute("create role " + slot + " login");
        servers.execute("create database " + slot + " owner " + slot);
        PGSimpleDataSource source = servers.primary().source();
        source.setUser(slot);
        source.setDatabaseName(slot);
        try (Consumer consumer = new Consumer("debezium")) {
            awaitRole(consumer, "async");
            assertThatThrownBy(() -> PostgresLog.of(source).cell(name))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The database must tell whether the reader of logical slot " + slot
                            + " counts as a standby," + " but this user may not see that. Grant it pg_read_all_stats.");

            servers.execute("grant pg_read_all_stats to " + slot);

            PostgresLog.of(source).cell(name).close();
        }
    }

    private LogStatus status() {
        return PostgresLog.of(servers.primary().source()).status();
    }

    private void awaitRole(Consumer consumer, String role) {
        Patience.until(() -> consumer.isReading()
                && servers.query("select sync_state from pg_stat_replication where application_name = '" + consumer.name
                                + "' and state = 'streaming'")
                        .equals(role));
    }

    /** Waits for some beats. */
    private void awaitBeats() {
        String beat = "select last_value from plinth_beat_" + log.cell();
        for (int i = 0; i < 3; i++) {
            String earlier = servers.query(beat);
            Patience.until(() -> !servers.query(beat).equals(earlier));
        }
    }

    /** Reads all changes, and confirms each one at once. */
    private final class Consumer implements AutoCloseable {
        private final String name;
        private final Connection connection;
        private final PGReplicationStream stream;
        private final CompletableFuture<Void> reading;
        private volatile boolean isClosed;

        Consumer(String name) throws SQLException {
            this.name = name;
            Properties properties = new Properties();
            PGProperty.USER.set(properties, "plinth");
            PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
            PGProperty.REPLICATION.set(properties, "database");
            PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
            PGProperty.APPLICATION_NAME.set(properties, name);
            connection = DriverManager.getConnection(servers.primary().source().getUrl(), properties);
            stream = connection
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(slot)
                    .start();
            reading = CompletableFuture.runAsync(this::read, task -> new Thread(task).start());
        }

        boolean isReading() {
            return !reading.isDone();
        }

        private void read() {
            try {
                while (!isClosed) {
                    if (stream.readPending() == null) {
                        Thread.onSpinWait();
                    }
                    stream.setFlushedLSN(stream.getLastReceiveLSN());
                    stream.setAppliedLSN(stream.getLastReceiveLSN());
                    stream.forceUpdateStatus();
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws SQLException {
            isClosed = true;
            reading.join();
            connection.close();
        }
    }
}
