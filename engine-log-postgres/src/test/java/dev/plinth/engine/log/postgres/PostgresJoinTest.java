package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that a second process under one id is refused at its start, and that a restarted one is not. */
@Timeout(120)
@Tag("portable")
final class PostgresJoinTest {
    private static final Node ME = new Node("a");
    private static final int ASKED = 100;

    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();

    @Test
    void join_whileANodeOfThatIdLives_isRefused() throws Exception {
        AtomicBoolean lives = new AtomicBoolean(true);
        try (PostgresLog first = open(Duration.ofMinutes(2));
                PostgresLog second = open(Duration.ofMinutes(2))) {
            first.join(ME);
            CompletableFuture<Void> living = CompletableFuture.runAsync(() -> {
                while (lives.get()) {
                    stand(first);
                }
            });

            assertThatThrownBy(() -> second.join(ME))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Expected node id a to be free in cell " + name
                            + ", but another process holds it; stop that process or choose another id.");

            lives.set(false);
            living.get();
            assertThat(first.leader().orElseThrow().node()).isEqualTo(ME);
        }
    }

    @Test
    void join_behindTheRemainsOfAnEarlierProcess_waitsUntilTheServerHasNoticed() throws Exception {
        Connection remains = servers.primary().source().getConnection();
        try (PostgresLog restarted = open(Duration.ofMinutes(2))) {
            hold(remains, restarted.cell());
            CompletableFuture<Void> joining = CompletableFuture.runAsync(() -> join(restarted));
            Patience.until(() -> servers.query("select count(*) from pg_stat_activity where query like"
                                    + " '%pg_try_advisory_lock%' and query not like '%pg_stat_activity as activity%'")
                            .equals("1")
                    || joining.isDone());
            assertThat(joining).isNotDone();

            remains.close();

            joining.get();
            assertThat(restarted.reign(ME)).isPresent();
        }
    }

    @Test
    void join_behindAHolderThatDoesNothingAndStays_isRefusedInTheEnd() throws Exception {
        try (Connection frozen = servers.primary().source().getConnection();
                PostgresLog second = open(Duration.ofMillis(300))) {
            hold(frozen, second.cell());

            assertThatThrownBy(() -> second.join(ME))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Expected node id a to be free");
        }
    }

    @Test
    void reign_behindARemainingConnectionOfThisNode_waitsForItsEnd() throws IOException, SQLException {
        try (PostgresLog log = open(Duration.ofMillis(1))) {
            try (Connection remains = servers.primary().source().getConnection()) {
                hold(remains, log.cell());
                for (int i = 0; i < ASKED; i++) {
                    assertThat(log.reign(ME)).isEmpty();
                }
            }
            Patience.until(() -> log.reign(ME).isPresent());
        }
    }

    @Test
    void join_ofTwoNodes_isSeenByAnOperator() throws IOException {
        try (PostgresLog first = open(Duration.ofSeconds(15));
                PostgresLog second = open(Duration.ofSeconds(15))) {
            first.join(ME);
            second.join(new Node("b"));

            assertThat(servers.query(
                            "select string_agg(id, ',' order by id) from plinth_node where number = " + first.cell()))
                    .isEqualTo("a,b");
        }
    }

    private static void hold(Connection connection, int cell) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock(hashtextextended('plinth a', " + cell + "))");
        }
    }

    private static void stand(PostgresLog log) {
        try {
            assertThat(log.reign(ME)).isPresent();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(PostgresLog log) {
        try {
            log.join(ME);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private PostgresLog open(Duration patience) {
        return PostgresLog.of(servers.primary().source()).nodePatience(patience).cell(name);
    }
}
