package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.http.cluster.FaultProxy.Way;
import dev.plinth.engine.log.postgres.server.Pair;
import java.sql.Connection;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cuts, holds and slows the networks of the database, and stops the standby, while 64 callers work. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.HOURS)
@Tag("scaled")
final class DatabaseFaultsIT {
    /** As many callers as elsewhere, and pauses, so that what the database does counts more than what the processors do. */
    private static final Load.Pace OPEN_PACE = new Load.Pace(64, 600, 200, 0, 0, false);

    private static final Set<Way> BOTH = EnumSet.allOf(Way.class);
    private static final long LONGER_THAN_LEASE_MILLIS = 4_000;
    private static final long STALL_MILLIS = 2_000;
    private static final long BETWEEN_STALLS_MILLIS = 700;
    private static final long SLOW_MILLIS = 200;
    private static final int APPEND_BYTES_MIN = 500;
    private static final String WAITING_APPENDS =
            " from pg_stat_activity where wait_event = 'SyncRep' and query like 'insert into plinth_log%'";

    private final Cluster cluster = Cluster.shared();

    @AfterEach
    void heal() {
        cluster.heal();
    }

    @Test
    void leader_cutOffFromTheDatabase_isReplacedAndFollows() throws Exception {
        List<Set<Way>> cuts = List.of(BOTH, EnumSet.of(Way.TO_SERVER), EnumSet.of(Way.TO_CLIENT));
        Figures figures = new Figures("leader cut off from the database, both ways or one");
        AtomicInteger rounds = new AtomicInteger(new Random().nextInt(cuts.size()));
        new FaultRun(cluster, figures, 2).repeat(TestScale.count(1, 6, 60), (load, random) -> {
            Set<Way> ways = cuts.get(rounds.getAndIncrement() % cuts.size());
            int leader = cluster.leader();
            List<FaultProxy> networks = cluster.node(leader).networks();
            long cut = System.nanoTime();
            networks.forEach(network -> network.hold(ways));
            load.pass(LONGER_THAN_LEASE_MILLIS);
            load.awaitNext(cut);
            networks.forEach(FaultProxy::heal);
            figures.add(cut, load.ledger());
            cluster.awaitNotLeading(leader);
        });
    }

    @Test
    void database_cutOffFromAllNodes_acknowledgesNothingMeanwhile() throws Exception {
        Figures figures = new Figures("database cut off from all nodes for 2 s");
        new FaultRun(cluster, figures, 2).repeat(TestScale.count(1, 5, 20), (load, random) -> {
            boolean isRefusal = random.nextBoolean();
            cluster.networks().forEach(network -> {
                if (isRefusal) {
                    network.cut();
                } else {
                    network.hold(BOTH);
                }
            });
            long cut = System.nanoTime();
            load.pass(STALL_MILLIS);
            long healed = System.nanoTime();
            cluster.heal();
            assertThat(load.ledger().acknowledgedBetween(cut, healed))
                    .as("acknowledged without the database")
                    .isZero();
            load.awaitNext(healed);
            figures.add(healed, load.ledger());
        });
    }

    @Test
    void database_slowOrStalling_keepsItsLeader() throws Exception {
        Figures figures = new Figures("database slow by 200 ms, then three stalls of 2 s");
        new FaultRun(cluster, figures, 1).repeat(TestScale.count(1, 3, 20), (load, random) -> {
            long began = System.nanoTime();
            cluster.networks().forEach(network -> network.delay(SLOW_MILLIS));
            load.awaitAcknowledged(TestScale.count(5, 100, 100));
            cluster.heal();
            for (int i = 0; i < TestScale.count(1, 3, 3); i++) {
                cluster.networks().forEach(network -> network.hold(BOTH));
                load.pass(STALL_MILLIS);
                cluster.heal();
                load.pass(BETWEEN_STALLS_MILLIS);
            }
            load.awaitNext(began);
            figures.add(began, load.ledger());
        });
    }

    @Test
    void answersOfAppends_lost_areFoundOut() throws Exception {
        Figures figures = new Figures("connection cut between commit and answer");
        new FaultRun(cluster, figures, 2).repeat(1, (load, random) -> {
            for (int i = 0; i < TestScale.count(10, 100, 500); i++) {
                FaultProxy network = cluster.node(cluster.leader()).networks().get(0);
                int lost = network.answersLost();
                long cut = System.nanoTime();
                network.loseNextAnswer(APPEND_BYTES_MIN);
                load.awaitAcknowledged(1);
                while (network.answersLost() == lost) {
                    load.awaitAcknowledged(1);
                }
                load.awaitAcknowledged(random.nextInt(20));
                figures.add(cut, load.ledger());
            }
            assertThat(load.ledger().counted("503 outcome_unknown"))
                    .as("unknown outcomes, though the database was back at once")
                    .isZero();
        });
    }

    @Test
    void replication_cutOrStalling_acknowledgesNothingWithoutTheStandby() throws Exception {
        Pair servers = cluster.servers();
        Figures figures = new Figures("replication cut, or stalled for 2 s");
        AtomicInteger rounds = new AtomicInteger(new Random().nextInt(2));
        try (FaultProxy replication = new FaultProxy(servers.primary().port())) {
            servers.standby().follow(replication.port());
            servers.standby().reload();
            Patience.until(() -> replication.connections() > 0);
            new FaultRun(cluster, figures, 1).withoutEachNode().repeat(TestScale.count(1, 2, 20), (load, random) -> {
                if (rounds.getAndIncrement() % 2 == 0) {
                    replication.cut();
                } else {
                    replication.hold(BOTH);
                }
                long cut = System.nanoTime();
                load.pass(STALL_MILLIS);
                assertThat(servers.query("select count(*)" + WAITING_APPENDS))
                        .as("appends that wait for the standby")
                        .isEqualTo("1");
                long healed = System.nanoTime();
                replication.heal();
                assertThat(load.ledger().acknowledgedBetween(cut, healed))
                        .as("acknowledged without the standby")
                        .isZero();
                load.awaitNext(healed);
                figures.add(healed, load.ledger());
            });
        } finally {
            servers.standby().follow(servers.primary().port());
            servers.standby().reload();
        }
    }

    @Test
    void standby_stopped_letsChangesWaitAndReadsGoOn() throws Exception {
        Figures figures = new Figures("standby stopped, and its wait cancelled");
        new FaultRun(cluster, figures, 1).repeat(TestScale.count(1, 2, 3), (load, random) -> {
            String quiet = load.createQuiet();
            cluster.servers().standby().stop();
            long stopped = System.nanoTime();
            long started;
            try {
                load.pass(TestScale.count(1_000, 5_000, 30_000));
                assertThat(load.isShown(quiet)).as("a read without a standby").isTrue();
                assertThat(cluster.servers().query("select count(pg_cancel_backend(pid))" + WAITING_APPENDS))
                        .as("appends whose wait is cancelled")
                        .isEqualTo("1");
                load.pass(TestScale.count(1_000, 5_000, 5_000));
                assertThat(load.isShown(quiet)).as("a read without a standby").isTrue();
            } finally {
                started = System.nanoTime();
                cluster.servers().standby().start();
            }
            assertThat(load.ledger().acknowledgedBetween(stopped, started))
                    .as("acknowledged without a standby")
                    .isZero();
            load.awaitNext(started);
            figures.add(started, load.ledger());
        });
    }

    @Test
    void transaction_openForLong_keepsAppendsAsFast() throws Exception {
        Figures figures = new Figures("a transaction stays open, without autovacuum");
        long millis = TestScale.count(1_500, 20_000, 100_000);
        FaultRun run = new FaultRun(cluster, figures, 1)
                .withPace(OPEN_PACE)
                .withoutEachNode()
                .withoutOldWorkspaces();
        run.repeat(1, (load, random) -> figures.print("p50 of a change before " + p50(load, millis) + " us"));
        try (Connection old = cluster.servers().primary().source().getConnection();
                Statement statement = old.createStatement()) {
            old.setAutoCommit(false);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(statement.execute("select count(*) from plinth_cell")).isTrue();
            // The callers of each round are gone after it, so that the rows of many minutes find room.
            for (int i = 0; i < TestScale.count(1, 1, 6); i++) {
                run.repeat(1, (load, random) -> figures.print("beside it " + p50(load, millis) + " us"));
            }
        }
    }

    private static long p50(Load load, long millis) throws InterruptedException {
        long began = System.nanoTime();
        load.pass(millis);
        long ended = System.nanoTime();
        load.awaitNext(ended);
        return load.ledger().micros(began, ended);
    }
}
