package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests what an operator sees of the logs of a database, and that looking changes nothing. */
final class PostgresStatusTest {
    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();

    @Test
    void status_ofACellWithTwoNodes_tellsLeaderPositionsAndLag() throws IOException {
        try (PostgresLog log = PostgresLog.of(servers.primary().source()).cell(name);
                PostgresLog other = PostgresLog.of(servers.primary().source()).cell(name)) {
            Node leader = new Node("a", Optional.of(URI.create("http://a:8080")));
            log.join(leader);
            other.join(new Node("b"));
            Reign reign = log.reign(leader).orElseThrow();
            for (int i = 1; i <= 3; i++) {
                assertThat(log.append(reign, LogBatches.batch(reign, i))).isEqualTo(Fate.DURABLE);
            }
            log.snapshots().write(2, out -> out.write(new byte[10]));
            assertThat(log.beat(reign, 3)).isTrue();
            Patience.until(() -> !other.follow(1, 1_000_000).isEmpty()
                    && node(1).filter(node -> node.applied() == 1).isPresent());

            LogStatus.CellStatus cell = cell();

            assertThat(cell.isReadable()).isTrue();
            assertThat(cell.epoch()).isEqualTo(reign.epoch());
            assertThat(cell.leader().orElseThrow().node()).isEqualTo(leader);
            assertThat(cell.lease()).isEqualTo(Duration.ofSeconds(3));
            assertThat(cell.durable()).isEqualTo(3);
            assertThat(List.of(cell.first(), cell.last())).containsExactly(1L, 3L);
            assertThat(cell.batchBytes()).isPositive();
            assertThat(cell.snapshots()).singleElement().satisfies(snapshot -> {
                assertThat(snapshot.position()).isEqualTo(2);
                assertThat(snapshot.bytes()).isEqualTo(10);
            });
            assertThat(cell.nodes()).hasSize(2);
            assertThat(cell.nodes().get(0).behind()).isZero();
            assertThat(cell.nodes().get(1).behind()).isEqualTo(2);
            assertThat(cell.nodes().get(1).lag()).isPositive();
        }
    }

    @Test
    void time_behindABeat_isThatOfTheDatabase() throws IOException {
        try (PostgresLog log = PostgresLog.of(servers.primary().source()).cell(name)) {
            Reign reign = log.reign(new Node("a")).orElseThrow();
            long before = databaseMillis();
            Instant[] time = new Instant[1];
            Patience.until(() -> {
                boolean goesOn = log.beat(reign, 0);
                Optional<Instant> told = log.time();
                told.ifPresent(now -> time[0] = now);
                return goesOn && told.isPresent();
            });

            assertThat(time[0].toEpochMilli()).isBetween(before, databaseMillis());
        }
    }

    private long databaseMillis() {
        return Long.parseLong(servers.query("select floor(extract(epoch from clock_timestamp()) * 1000)::bigint"));
    }

    @Test
    void status_ofAReplica_isToldByItAndNamesWhatANodeWouldRefuse() {
        PostgresLog.of(servers.primary().source()).cell(name).close();
        Patience.until(() -> PostgresLog.of(servers.standby().source()).status().cells().stream()
                .anyMatch(cell -> cell.name().equals(name)));

        LogStatus status = PostgresLog.of(servers.standby().source()).status();

        assertThat(status.server().isReplica()).isTrue();
        assertThat(status.refusal().orElseThrow()).startsWith("The database must be the primary, got a replica.");
        LogStatus primary = PostgresLog.of(servers.primary().source()).status();
        assertThat(primary.refusal()).isEmpty();
        assertThat(primary.server().readers()).containsExactly(new LogStatus.ReaderStatus("standby", "sync", false));
    }

    @Test
    void status_ofAnotherFormat_isToldWithoutTheRest() {
        PostgresLog.of(servers.primary().source()).cell(name).close();
        servers.execute("update plinth_cell set format = 7 where name = '" + name + "'");

        assertThat(cell().isReadable()).isFalse();
        assertThat(cell().format()).isEqualTo(7);
    }

    @Test
    void reader_ofACellThatIsNotThere_isRefusedAndCreatesNothing() {
        PostgresLog.of(servers.primary().source()).cell(name).close();
        String before = servers.query("select count(*) from pg_class");
        PostgresLogBuilder builder = PostgresLog.of(servers.primary().source());

        assertThatThrownBy(() -> builder.reader(Optional.of("ordres")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Expected the name of a cell, but got ordres, and the database has ")
                .hasMessageContaining(name);

        assertThat(servers.query("select count(*) from pg_class")).isEqualTo(before);
    }

    @Test
    void reader_ofACell_readsAndBeginsNoReign() throws IOException {
        try (PostgresLog log = PostgresLog.of(servers.primary().source()).cell(name);
                PostgresLog reader = PostgresLog.of(servers.primary().source()).reader(Optional.of(name))) {
            Reign reign = log.reign(new Node("a")).orElseThrow();
            assertThat(log.append(reign, LogBatches.batch(reign, 1))).isEqualTo(Fate.DURABLE);
            assertThat(log.beat(reign, 1)).isTrue();

            Patience.until(() -> LogBatches.follow(reader).equals(List.of(1L)));

            assertThatThrownBy(() -> reader.reign(new Node("b"))).hasMessageContaining("was opened to be read");
        }
    }

    private Optional<LogStatus.NodeStatus> node(int index) {
        List<LogStatus.NodeStatus> nodes = cell().nodes();
        return nodes.size() > index ? Optional.of(nodes.get(index)) : Optional.empty();
    }

    private LogStatus.CellStatus cell() {
        return PostgresLog.of(servers.primary().source()).status().cells().stream()
                .filter(cell -> cell.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
