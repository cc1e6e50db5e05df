package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.log.postgres.server.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills, freezes and stops nodes, mostly the one that leads, while 64 callers work. */
@Timeout(value = 3, unit = TimeUnit.HOURS)
@Tag("scaled")
final class NodeFaultsIT {
    private static final int ROUNDS_PER_LOAD = 10;
    private static final int ACKNOWLEDGED_MAX = 150;
    private static final int SHORT_FREEZE_MILLIS = 4_500;
    private static final int FREEZE_MILLIS_MAX = 14_000;

    @TempDir
    private static Path home;

    private static Cluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start(home, Pair.shared());
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Test
    void leader_killed_losesNothingThatWasAcknowledged() throws Exception {
        int rounds = Integer.getInteger("plinth.test.kills", TestScale.count(2, 30, 200));
        Figures figures = new Figures("kill -9 of the leader");
        run(rounds, false, figures, (load, random) -> {
            ClusterNode leader = cluster.node(cluster.leader());
            long killed = System.nanoTime();
            leader.kill();
            load.awaitAcknowledged(1);
            load.awaitAcknowledged(random.nextInt(ACKNOWLEDGED_MAX));
            figures.add(killed, load.ledger());
            cluster.startMissing();
        });
    }

    @Test
    void leader_frozenAndWoken_acknowledgesNothingAndShowsNothingStale() throws Exception {
        int rounds = Integer.getInteger("plinth.test.freezes", TestScale.count(1, 10, 30));
        Figures figures = new Figures("SIGSTOP of the leader");
        List<Long> followed = new ArrayList<>();
        run(rounds, false, figures, (load, random) -> {
            int number = cluster.leader();
            ClusterNode leader = cluster.node(number);
            long frozen = System.nanoTime();
            leader.signal("STOP");
            try {
                load.pass(TestScale.isShort() ? SHORT_FREEZE_MILLIS : 1000 + random.nextInt(FREEZE_MILLIS_MAX));
            } finally {
                leader.signal("CONT");
            }
            long woken = System.nanoTime();
            if (cluster.leader() != number) {
                cluster.awaitNotLeading(number);
                followed.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - woken));
            }
            load.awaitAcknowledged(1);
            figures.add(frozen, load.ledger());
        });
        figures.print("after waking it followed within ms " + followed);
    }

    @Test
    void nodes_restartedInTurn_answerAllClientsThatWait() throws Exception {
        Figures figures = new Figures("SIGTERM and restart of each node in turn");
        run(TestScale.count(1, 5, 20), true, figures, (load, random) -> {
            int first = random.nextInt(Cluster.NODES);
            for (int i = 0; i < Cluster.NODES; i++) {
                ClusterNode node = cluster.node((first + i) % Cluster.NODES);
                long stopped = System.nanoTime();
                node.terminate();
                load.awaitAcknowledged(1);
                figures.add(stopped, load.ledger());
                cluster.startMissing();
            }
        });
    }

    /** A fault and its end. */
    @FunctionalInterface
    private interface Fault {
        void happen(Load load, Random random) throws Exception;
    }

    /** Lets a fault happen again and again under a load, and checks what is left. */
    private static void run(int rounds, boolean retryAfter, Figures figures, Fault fault) throws Exception {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        StringBuilder counts = new StringBuilder();
        try {
            long epoch = cluster.epoch();
            for (int left = rounds; left > 0; left -= ROUNDS_PER_LOAD) {
                try (Load load = Load.begin(cluster.admin(), retryAfter, random.nextLong())) {
                    for (int i = 0; i < Math.min(left, ROUNDS_PER_LOAD); i++) {
                        load.awaitAcknowledged(random.nextInt(ACKNOWLEDGED_MAX));
                        fault.happen(load, random);
                    }
                    load.end();
                    cluster.awaitCalm();
                    new LedgerCheck(load).check();
                    counts.append("; ").append(load.ledger().figures());
                }
            }
            figures.print(cluster.epoch() - epoch + " reigns" + counts);
            assertThat(cluster.epoch() - epoch)
                    .as("reigns that have begun")
                    .isLessThanOrEqualTo((long) Cluster.NODES * rounds + 2);
        } catch (AssertionError e) {
            throw new AssertionError(TestScale.repeatWith(seed) + "; " + cluster.said(), e);
        }
    }
}
