package dev.plinth.engine.log.postgres;

import static dev.plinth.engine.log.postgres.LogBatches.batch;
import static dev.plinth.engine.log.postgres.LogBatches.follow;
import static dev.plinth.engine.log.postgres.LogBatches.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.postgres.server.CutProxy;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import dev.plinth.engine.log.postgres.server.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Tests what becomes of appends and reigns when the database, its standby or a connection fails. */
@Tag("portable")
final class PostgresFaultsTest {
    private static final Node FIRST = new Node("first");
    private static final Node SECOND = new Node("second");
    private static final int CUTS = 500;
    private static final int APPENDS = 300;

    /** More than the buffers between two sockets take. */
    private static final int BYTES_OF_A_BATCH = 8_000_000;

    private static final String WAITING_FOR_STANDBY =
            "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
                    + " and query like 'insert into plinth_log%'";

    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();
    private final PostgresLog first = open();
    private final PostgresLog second = open();

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Test
    void append_thatMeetsATakeoverUnderWay_waitsAndIsFenced() throws IOException, SQLException {
        Reign reign = first.reign(FIRST).orElseThrow();
        assertThat(first.append(reign, batch(reign, 1))).isEqualTo(Fate.DURABLE);
        try (Connection other = servers.primary().source().getConnection();
                Statement takeover = other.createStatement()) {
            other.setAutoCommit(false);
            takeover.execute(
                    "update plinth_cell set epoch = epoch + 1, fence = fence + 1, node = 'second' where number = "
                            + first.cell());

            CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> first.append(reign, batch(reign, 2)));
            Patience.until(() -> servers.query("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                            + " and query like 'insert into plinth_log%'")
                    .equals("1"));
            assertThat(append).isNotDone();
            other.commit();

            assertThat(append.join()).isEqualTo(Fate.FENCED);
        }
        assertThat(first.confirm(reign)).isFalse();
        Reign later = second.reign(SECOND).orElseThrow();
        assertThat(read(second, later)).containsExactly(1L);
    }

    @Test
    void takeover_thatMeetsAnAppendUnderWay_beginsAfterItAndSeesIt() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        withoutStandby(() -> {
            CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> first.append(reign, batch(reign, 1)));
            Patience.until(() -> servers.query(WAITING_FOR_STANDBY).equals("1"));
            endLease();
            assertThat(second.reign(SECOND)).isEmpty();
            assertThat(follow(second)).isEmpty();
            assertThat(append).isNotDone();

            servers.standby().start();
            assertThat(append.join()).isEqualTo(Fate.DURABLE);
        });

        assertThat(read(second, takeOver())).containsExactly(1L);
    }

    @Test
    void append_whoseWaitForTheStandbyIsCancelled_isUnknownUntilTheStandbyHasIt() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        assertThat(first.append(reign, batch(reign, 1))).isEqualTo(Fate.DURABLE);
        withoutStandby(() -> {
            CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> first.append(reign, batch(reign, 2)));
            Patience.until(() -> servers.query(WAITING_FOR_STANDBY).equals("1"));
            servers.query(WAITING_FOR_STANDBY.replace("count(*)", "pg_cancel_backend(pid)"));

            assertThat(append.join()).isEqualTo(Fate.UNKNOWN);
            assertThat(servers.query("select count(*) from plinth_log_" + first.cell() + "_0"))
                    .as("rows that the primary shows")
                    .isEqualTo("2");
            assertThat(follow(second)).containsExactly(1L);
            assertThat(first.confirm(reign)).isTrue();

            CompletableFuture<Fate> resolve = CompletableFuture.supplyAsync(() -> first.resolve(reign, 2));
            Patience.until(() -> !servers.query("select pid from pg_stat_activity where wait_event = 'SyncRep'"
                            + " and query like 'update plinth_cell%'")
                    .isEmpty());
            assertThat(resolve).isNotDone();
            servers.standby().start();
            assertThat(resolve.join()).isEqualTo(Fate.DURABLE);
        });

        assertThat(first.append(reign, batch(reign, 3))).isEqualTo(Fate.DURABLE);
        assertThat(read(second, takeOver())).containsExactly(1L, 2L, 3L);
    }

    @Test
    void lease_whileAnAppendWaitsForTheStandby_isExtended() throws IOException {
        PostgresLog quick = PostgresLog.of(servers.primary().source())
                .lease(Duration.ofMillis(500))
                .cell(UUID.randomUUID().toString());
        try (quick) {
            Reign reign = quick.reign(FIRST).orElseThrow();
            withoutStandby(() -> {
                CompletableFuture<Fate> append =
                        CompletableFuture.supplyAsync(() -> quick.append(reign, batch(reign, 1)));
                Patience.until(() -> servers.query(WAITING_FOR_STANDBY).equals("1"));
                awaitBeats(quick);
                assertThat(append).isNotDone();
                servers.standby().start();
                assertThat(append.join()).isEqualTo(Fate.DURABLE);
            });
        }
    }

    @Test
    void lease_whileTheLeaderGetsNoConnection_runsOut() throws Exception {
        CountDownLatch isFree = new CountDownLatch(1);
        AtomicBoolean isFull = new AtomicBoolean();
        DataSource source = servers.primary().source();
        DataSource pool = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (isFull.get()) {
                        isFree.await();
                    }
                    return method.invoke(source, arguments);
                });
        try (PostgresLog quick =
                        PostgresLog.of(pool).lease(Duration.ofMillis(500)).cell(name);
                Connection remains = source.getConnection()) {
            Reign reign = quick.reign(FIRST).orElseThrow();
            assertThat(quick.confirm(reign)).as("has its other connection").isTrue();
            isFull.set(true);
            servers.query("select count(pg_terminate_backend(pid)) from pg_stat_activity where pid in (select pid from"
                    + " pg_locks where locktype = 'advisory')");
            // The lock of the id stays taken, as by the remains of a connection, so that only the lease can run out.
            try (Statement lock = remains.createStatement()) {
                lock.execute("select pg_advisory_lock(" + String.format(NodeLock.KEY, "'first'", quick.cell()) + ")");
            }
            CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> {
                Fate fate = quick.append(reign, batch(reign, 1));
                return fate == Fate.UNKNOWN ? quick.resolve(reign, 1) : fate;
            });

            Patience.until(() -> second.reign(SECOND).isPresent());

            assertThat(append).isNotDone();
            isFree.countDown();
            assertThat(append.join()).isEqualTo(Fate.FENCED);
        }
    }

    @Test
    void append_thatWaitsWhileTheTimeZoneChanges_keepsItsConnection() throws IOException {
        PostgresLog quick = PostgresLog.of(servers.primary().source())
                .lease(Duration.ofMillis(500))
                .cell(UUID.randomUUID().toString());
        TimeZone before = TimeZone.getDefault();
        try (quick) {
            Reign reign = quick.reign(FIRST).orElseThrow();
            // The driver gives it to the next connection.
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
            withoutStandby(() -> {
                CompletableFuture<Fate> append =
                        CompletableFuture.supplyAsync(() -> quick.append(reign, batch(reign, 1)));
                awaitBeats(quick);
                assertThat(append).isNotDone();
                servers.standby().start();
                assertThat(append.join()).isEqualTo(Fate.DURABLE);
            });
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void append_whoseAnswersAreLost_isResolvedExactly() throws IOException {
        try (CutProxy proxy = new CutProxy(servers.primary().port());
                PostgresLog behind = PostgresLog.of(Server.source(proxy.port())).cell(name)) {
            Reign reign = behind.reign(FIRST).orElseThrow();
            int unknown = 0;
            for (long position = 1; position <= CUTS; position++) {
                proxy.loseNextAnswer();
                Fate fate = behind.append(reign, batch(reign, position));
                if (fate == Fate.UNKNOWN) {
                    unknown++;
                    assertThat(servers.query("select max(first) from plinth_log_" + behind.cell() + "_0"))
                            .isEqualTo(String.valueOf(position));
                    fate = behind.resolve(reign, position);
                }
                assertThat(fate).isEqualTo(Fate.DURABLE);
            }
            assertThat(unknown).isEqualTo(CUTS);
            assertThat(read(behind, reign)).isEqualTo(positions(CUTS));
        }
    }

    @Test
    void append_thatCannotBeSentOverTls_isBrokenAfterALease() throws IOException {
        servers.primary().speakTls();
        servers.primary().reload();
        Patience.until(() -> servers.query("show ssl").equals("on"));
        try (CutProxy proxy = new CutProxy(servers.primary().port())) {
            PGSimpleDataSource source = Server.source(proxy.port());
            source.setSslMode("require");
            source.setSocketTimeout(2);
            source.setSocketFactory(LogSockets.class.getName());
            try (PostgresLog behind =
                    PostgresLog.of(source).lease(Duration.ofMillis(500)).cell(name)) {
                Reign reign = behind.reign(FIRST).orElseThrow();
                proxy.stall();

                CompletableFuture<Fate> append =
                        CompletableFuture.supplyAsync(() -> behind.append(reign, batch(reign, 1, BYTES_OF_A_BATCH)));

                Patience.until(append::isDone);
                assertThat(append.join()).isEqualTo(Fate.UNKNOWN);
            }
        } finally {
            servers.primary().configure("ssl = off");
            servers.primary().reload();
        }
    }

    @Test
    void append_thatNeverCame_isAppendedOnceMoreWhenTheDatabaseIsBack() throws IOException {
        try (CutProxy proxy = new CutProxy(servers.primary().port());
                PostgresLog behind = PostgresLog.of(Server.source(proxy.port())).cell(name)) {
            Reign reign = behind.reign(FIRST).orElseThrow();
            proxy.cut(false);
            assertThat(behind.append(reign, batch(reign, 1))).isEqualTo(Fate.UNKNOWN);
            assertThat(behind.confirm(reign)).isFalse();
            proxy.cut(true);

            assertThat(behind.resolve(reign, 1)).isEqualTo(Fate.DURABLE);

            assertThat(read(behind, reign)).containsExactly(1L);
            assertThat(behind.append(reign, batch(reign, 2))).isEqualTo(Fate.DURABLE);
        }
    }

    @Test
    void resolve_whileTheDatabaseIsAwayForALease_givesUp() throws IOException {
        try (CutProxy proxy = new CutProxy(servers.primary().port());
                PostgresLog behind = PostgresLog.of(Server.source(proxy.port()))
                        .lease(Duration.ofMillis(500))
                        .cell(name)) {
            Reign reign = behind.reign(FIRST).orElseThrow();
            proxy.cut(false);

            assertThat(behind.append(reign, batch(reign, 1))).isEqualTo(Fate.UNKNOWN);
            assertThat(behind.resolve(reign, 1)).isEqualTo(Fate.UNKNOWN);
            assertThat(behind.beat(reign, 0)).isTrue();
        }
    }

    @Test
    void close_whileAnAppendWaitsForTheStandby_endsItAsUnknown() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        withoutStandby(() -> {
            CompletableFuture<Fate> append = CompletableFuture.supplyAsync(() -> first.append(reign, batch(reign, 1)));
            Patience.until(() -> servers.query(WAITING_FOR_STANDBY).equals("1"));

            first.close();

            assertThat(append.join()).isEqualTo(Fate.UNKNOWN);
            assertThat(first.resolve(reign, 1)).isEqualTo(Fate.UNKNOWN);
            first.close();
        });

        assertThat(read(second, awaitReign(second))).containsExactly(1L);
    }

    @Test
    void close_whileASnapshotWaitsForTheStandby_endsIt() throws IOException {
        withoutStandby(() -> {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> writeSnapshot(first));
            Patience.until(() -> !servers.query("select pid from pg_stat_activity where wait_event = 'SyncRep'")
                    .isEmpty());

            first.close();

            Patience.until(writing::isDone);
            assertThat(writing).isCompletedExceptionally();
        });
    }

    private static void writeSnapshot(PostgresLog log) {
        try {
            log.snapshots().write(1, out -> out.write(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void reign_afterTheEndOfTheLeadersProcess_beginsBeforeTheLeaseEnds() throws IOException {
        PostgresLog long1 = PostgresLog.of(servers.primary().source())
                .lease(Duration.ofMinutes(5))
                .cell(name);
        Reign reign = long1.reign(FIRST).orElseThrow();
        assertThat(second.reign(SECOND)).isEmpty();

        long1.close();

        Patience.until(() -> second.reign(SECOND).isPresent());
        assertThat(first.confirm(reign)).isFalse();
    }

    @Test
    void reign_afterACutConnection_isKeptByTheLeader() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        servers.query("select pg_terminate_backend(pid) from pg_stat_activity where pid in (select pid from pg_locks"
                + " where locktype = 'advisory')");

        assertThat(first.beat(reign, 0)).isTrue();

        assertThat(second.reign(SECOND)).isEmpty();
        assertThat(second.reign(SECOND)).isEmpty();
        assertThat(first.confirm(reign)).isTrue();
    }

    @Test
    void rows_afterManyAppendsBesideAnOldTransaction_haveNoDeadVersions() throws IOException, SQLException {
        Reign reign = first.reign(FIRST).orElseThrow();
        try (Connection old = servers.primary().source().getConnection();
                Statement statement = old.createStatement()) {
            old.setAutoCommit(false);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            statement.execute("select count(*) from plinth_cell");
            String rowVersion = "select ctid from plinth_cell where number = " + first.cell();
            String version = servers.query(rowVersion);
            for (long position = 1; position <= APPENDS; position++) {
                assertThat(first.append(reign, batch(reign, position))).isEqualTo(Fate.DURABLE);
                assertThat(first.beat(reign, position)).isTrue();
            }
            first.close();
            Patience.until(() -> servers.query("select n_tup_ins from pg_stat_user_tables where relname = 'plinth_log_"
                            + first.cell() + "_0'")
                    .equals(String.valueOf(APPENDS)));

            assertThat(servers.query("select sum(n_dead_tup + n_tup_upd + n_tup_del) from pg_stat_user_tables where"
                            + " relname like 'plinth_log_" + first.cell() + "_%'"))
                    .isEqualTo("0");
            assertThat(servers.query(rowVersion))
                    .as("version of the cell's row")
                    .isEqualTo(version);
        }
    }

    @Test
    void reign_ofASecondProcessWithTheSameId_isRefusedWithASentence() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        try (PostgresLog twin = PostgresLog.of(servers.primary().source())
                .nodePatience(Duration.ofMillis(100))
                .cell(name)) {
            Throwable refusal = refusal(twin, reign);
            assertThat(refusal)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Expected node id first to be free in cell " + name
                            + ", but another process holds it; stop that process or choose another id.");
        }
        assertThat(first.confirm(reign)).isTrue();
    }

    @Test
    void append_toADatabaseThatHasLostRecords_endsTheReignAndLeavesNoGap() throws IOException {
        Reign reign = first.reign(FIRST).orElseThrow();
        for (long position = 1; position <= 5; position++) {
            assertThat(first.append(reign, batch(reign, position))).isEqualTo(Fate.DURABLE);
        }
        servers.execute("delete from plinth_log_" + first.cell() + "_0 where first > 3");
        servers.query("select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid() and"
                + " usename = 'plinth' and backend_type = 'client backend'");

        Fate fate = first.append(reign, batch(reign, 6));
        assertThat(fate == Fate.UNKNOWN ? first.resolve(reign, 6) : fate).isEqualTo(Fate.FENCED);

        Patience.until(() -> !first.confirm(reign));
        assertThat(second.has(3, 3)).isTrue();
        assertThat(second.has(3, 4)).as("another record in its place").isFalse();
        assertThat(second.has(5, 5)).isFalse();
        Reign later = second.reign(SECOND).orElseThrow();
        assertThat(read(second, later)).isEqualTo(positions(3));
        assertThat(second.append(later, batch(later, 4))).isEqualTo(Fate.DURABLE);
    }

    private static Reign awaitReign(PostgresLog log) throws IOException {
        List<Reign> begun = new ArrayList<>();
        Patience.until(() -> {
            log.reign(SECOND).ifPresent(begun::add);
            return !begun.isEmpty();
        });
        return begun.get(0);
    }

    /** Returns how a twin is refused while the leader goes on. */
    private Throwable refusal(PostgresLog twin, Reign reign) throws IOException {
        Throwable[] refusal = new Throwable[1];
        Patience.until(() -> {
            assertThat(first.beat(reign, 0)).isTrue();
            try {
                assertThat(twin.reign(FIRST)).isEmpty();
                return false;
            } catch (IllegalStateException e) {
                refusal[0] = e;
                return true;
            }
        });
        return refusal[0];
    }

    private void awaitBeats(PostgresLog log) {
        String beat = "select last_value from plinth_beat_" + log.cell();
        for (int i = 0; i < 3; i++) {
            String earlier = servers.query(beat);
            Patience.until(() -> !servers.query(beat).equals(earlier));
        }
    }

    /** Does something without the standby, and starts it again. */
    private void withoutStandby(FaultyWork work) throws IOException {
        servers.standby().stop();
        try {
            work.run();
        } finally {
            if (!servers.standby().isRunning()) {
                servers.standby().start();
            }
        }
    }

    /** Work that meets faults. */
    @FunctionalInterface
    private interface FaultyWork {
        void run() throws IOException;
    }

    private PostgresLog open() {
        return PostgresLog.of(servers.primary().source()).cell(name);
    }

    private void endLease() {
        servers.query(
                "select set_config('synchronous_commit', 'off', true), setval('plinth_beat_" + first.cell() + "', 1)");
    }

    private Reign takeOver() throws IOException {
        endLease();
        return second.reign(SECOND).orElseThrow();
    }

    private static List<Long> positions(int last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }
}
