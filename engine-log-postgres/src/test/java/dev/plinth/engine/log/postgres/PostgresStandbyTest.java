package dev.plinth.engine.log.postgres;

import static dev.plinth.engine.log.postgres.LogBatches.batch;
import static dev.plinth.engine.log.postgres.LogBatches.follow;
import static dev.plinth.engine.log.postgres.LogBatches.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that nothing counts as durable while the database names no standby, and what becomes of reigns meanwhile. */
@Timeout(600)
@Tag("portable")
final class PostgresStandbyTest {
    private static final Node FIRST = new Node("first");
    private static final Node SECOND = new Node("second");
    /** Counts statements that have waited longer than the names of standbys are not asked for. */
    private static final String WAITING = "select count(*) from pg_stat_activity where wait_event = 'SyncRep' and query"
            + " like '%s%%' and clock_timestamp() - query_start > interval '100 ms'";

    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();
    private final PostgresLog first = open();
    private final PostgresLog second = open();

    @AfterEach
    void close() {
        servers.execute("alter system reset all");
        servers.primary().reload();
        if (!servers.standby().isRunning()) {
            servers.standby().start();
        }
        first.close();
        second.close();
        Patience.until(() -> !servers.query("show synchronous_standby_names").isEmpty());
    }

    @Test
    void append_thatWaitsWhenTheNamesAreEmptied_isNotDurableUntilAStandbyHasIt() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        assertThat(first.append(reign, batch(reign, 1))).isEqualTo(Fate.DURABLE);
        assertThat(follow(second)).isEmpty();
        servers.standby().stop();
        CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> first.append(reign, batch(reign, 2)));
        awaitWaiting("insert into plinth_log");

        nameNoStandby();

        assertThat(append.join()).isEqualTo(Fate.UNKNOWN);
        assertThat(servers.query("select count(*) from plinth_log_" + first.cell() + "_0"))
                .as("rows that the primary shows")
                .isEqualTo("2");
        assertThat(follow(second)).containsExactly(1L);
        CompletableFuture<Fate> resolve = CompletableFuture.supplyAsync(() -> first.resolve(reign, 2));
        awaitBeats();
        assertThat(resolve).isNotDone();

        nameStandby();
        awaitWaiting("update plinth_cell");
        assertThat(resolve).isNotDone();
        servers.standby().start();

        assertThat(resolve.join()).isEqualTo(Fate.DURABLE);
        assertThat(first.append(reign, batch(reign, 3))).isEqualTo(Fate.DURABLE);
    }

    @Test
    void resolve_thatWaitsWhenTheNamesAreEmptied_doesNotEnd() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        assertThat(first.append(reign, batch(reign, 1))).isEqualTo(Fate.DURABLE);
        servers.standby().stop();
        CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> first.append(reign, batch(reign, 2)));
        awaitWaiting("insert into plinth_log");
        servers.query("select count(pg_cancel_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'");
        assertThat(append.join()).isEqualTo(Fate.UNKNOWN);
        CompletableFuture<Fate> resolve = CompletableFuture.supplyAsync(() -> first.resolve(reign, 2));
        awaitWaiting("update plinth_cell");

        nameNoStandby();

        awaitBeats();
        assertThat(resolve).isNotDone();
        nameStandby();
        servers.standby().start();
        assertThat(resolve.join()).isEqualTo(Fate.DURABLE);
    }

    @Test
    void append_whileNoStandbyIsNamed_waitsAndItsLeaseIsExtended() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        nameNoStandby();

        CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> first.append(reign, batch(reign, 1)));

        awaitBeats();
        assertThat(append).isNotDone();
        assertThat(servers.query("select count(*) from plinth_log_" + first.cell() + "_0"))
                .isEqualTo("0");
        nameStandby();
        assertThat(append.join()).isEqualTo(Fate.DURABLE);
    }

    @Test
    void reign_whileNoStandbyIsNamed_doesNotBegin() throws IOException {
        first.join(FIRST);
        nameNoStandby();

        assertThat(first.reign(FIRST)).isEmpty();
        assertThat(first.leader()).isEmpty();

        nameStandby();

        assertThat(first.reign(FIRST)).isPresent();
    }

    @Test
    void reign_whoseTakeoverWaitsWhenTheNamesAreEmptied_doesNotBegin() throws IOException {
        servers.standby().stop();
        CompletableFuture<Boolean> takeover = CompletableFuture.supplyAsync(() -> {
            try {
                return first.reign(FIRST).isPresent();
            } catch (IOException e) {
                return false;
            }
        });
        awaitWaiting("with free");

        nameNoStandby();

        assertThat(takeover.join()).isFalse();
    }

    @Test
    void snapshot_whileNoStandbyIsNamed_isRefused() {
        assertThatThrownBy(() -> first.snapshots().write(1, out -> {
                    out.write(1);
                    nameNoStandby();
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not wait for its standby");
    }

    @Test
    void reign_whoseEpochWasGivenOnceMore_isFenced() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        assertThat(first.append(reign, batch(reign, 1))).isEqualTo(Fate.DURABLE);
        // A promoted standby did not have the takeover, and has let another node lead.
        String other =
                servers.query("update plinth_cell set node = 'second', fence = fence # (12345::bigint << 20) where"
                        + " number = " + first.cell() + " returning fence");

        assertThat(first.confirm(reign)).isFalse();
        assertThat(first.append(reign, batch(reign, 2))).isEqualTo(Fate.FENCED);
        assertThat(first.resolve(reign, 2)).isEqualTo(Fate.FENCED);
        assertThat(first.beat(reign, 1)).isFalse();
        first.resign(reign);

        assertThat(servers.query(
                        "select concat_ws(' ', node, epoch, fence) from plinth_cell where number = " + first.cell()))
                .isEqualTo("second " + reign.epoch() + " " + other);
    }

    @Test
    void resolve_whenAnotherNodeHasABatchOfThatEpochAndPlace_isNotDurable() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        servers.execute(
                "insert into plinth_log_" + first.cell() + "_0 values (1, 1, " + reign.epoch() + ", 0, 77, 0, 0, '')");
        servers.execute("update plinth_cell set node = 'second', fence = fence # (12345::bigint << 20) where number = "
                + first.cell());
        assertThat(first.append(reign, batch(reign, 1))).isNotEqualTo(Fate.DURABLE);

        assertThat(first.resolve(reign, 1)).isEqualTo(Fate.FENCED);
    }

    @Test
    void resolve_ofABatchThatWasTruncatedMeanwhile_staysUnknown() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        servers.standby().stop();
        CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> first.append(reign, batch(reign, 1)));
        awaitWaiting("insert into plinth_log");
        servers.query("select count(pg_cancel_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'");
        assertThat(append.join()).isEqualTo(Fate.UNKNOWN);
        servers.standby().start();
        try (PostgresLog other =
                PostgresLog.of(servers.primary().source()).tableBytes(1).cell(name)) {
            Patience.until(() -> {
                servers.query("select setval('plinth_beat_" + first.cell() + "', 1)");
                return other.reign(SECOND).isPresent();
            });
            Reign later = new Reign(other.leader().orElseThrow().epoch(), SECOND, Duration.ofMillis(100));
            assertThat(read(other, later)).containsExactly(1L);
            assertThat(other.append(later, batch(later, 2))).isEqualTo(Fate.DURABLE);
            other.snapshots().write(1, out -> out.write(1));
            other.snapshots().write(2, out -> out.write(1));
            other.truncate(1);
            assertThat(servers.query("select count(*) from plinth_log_" + first.cell() + "_0"))
                    .isEqualTo("0");
        }

        assertThat(first.resolve(reign, 1)).isEqualTo(Fate.UNKNOWN);
        assertThat(first.resolve(reign, 3)).isEqualTo(Fate.FENCED);
        assertThat(servers.query("select last_value from plinth_truncated_" + first.cell()))
                .isEqualTo("1");
    }

    @Test
    void append_afterCommitsWereSetToBeLocal_waitsForTheStandby() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        servers.execute("alter system set synchronous_commit = local");
        servers.primary().reload();
        Patience.until(() -> servers.query("show synchronous_commit").equals("local"));
        servers.standby().stop();

        CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> first.append(reign, batch(reign, 1)));

        awaitWaiting("insert into plinth_log");
        assertThat(append).isNotDone();
        servers.standby().start();
        assertThat(append.join()).isEqualTo(Fate.DURABLE);
    }

    @Test
    void truncate_withoutAStandby_holdsNoLockOfATable() throws IOException {
        try (PostgresLog log =
                PostgresLog.of(servers.primary().source()).tableBytes(1).cell(name)) {
            Reign reign = log.reign(FIRST).orElseThrow();
            assertThat(log.append(reign, batch(reign, 1))).isEqualTo(Fate.DURABLE);
            assertThat(log.append(reign, batch(reign, 2))).isEqualTo(Fate.DURABLE);
            log.snapshots().write(1, out -> out.write(1));
            log.snapshots().write(2, out -> out.write(1));
            servers.standby().stop();
            CompletableFuture<Void> truncation = CompletableFuture.runAsync(() -> truncate(log));
            awaitWaiting("COMMIT");
            servers.query("select count(pg_cancel_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'");

            Patience.until(truncation::isDone);

            truncation.join();
            assertThat(servers.query("select count(*) from plinth_log_" + log.cell() + "_0"))
                    .isEqualTo("0");
        }
    }

    private static void truncate(PostgresLog log) {
        try {
            log.truncate(1);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void nameNoStandby() {
        servers.execute("alter system set synchronous_standby_names = ''");
        servers.primary().reload();
        Patience.until(() -> servers.query("show synchronous_standby_names").isEmpty());
    }

    private void nameStandby() {
        servers.execute("alter system reset synchronous_standby_names");
        servers.primary().reload();
        Patience.until(() -> !servers.query("show synchronous_standby_names").isEmpty());
    }

    private void awaitWaiting(String begin) {
        Patience.until(() -> servers.query(String.format(WAITING, begin)).equals("1"));
    }

    /** Waits for some beats. */
    private void awaitBeats() {
        String beat = "select last_value from plinth_beat_" + first.cell();
        for (int i = 0; i < 3; i++) {
            String earlier = servers.query(beat);
            Patience.until(() -> !servers.query(beat).equals(earlier));
        }
    }

    private PostgresLog open() {
        return PostgresLog.of(servers.primary().source()).cell(name);
    }
}
