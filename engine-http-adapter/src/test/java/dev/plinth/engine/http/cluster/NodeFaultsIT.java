package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kills, freezes and stops nodes, mostly the one that leads, while 64 callers work. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.HOURS)
@Tag("scaled")
final class NodeFaultsIT {
    private static final int ACKNOWLEDGED_MAX = 150;
    private static final int SHORT_FREEZE_MILLIS = 4_500;
    /** A leader that is stopped gives up its reign, and another node begins one. Each of them has an epoch. */
    private static final int REIGNS_PER_TURN = 2 * Cluster.NODES;

    private static final int SLOW_MILLIS = 200;
    private static final int QUEUEING_MILLIS = 300;
    private static final int FREEZE_MILLIS_MAX = 14_000;

    private final Cluster cluster = Cluster.shared();

    @Test
    void leader_killed_losesNothingThatWasAcknowledged() throws Exception {
        int rounds = Integer.getInteger("plinth.test.kills", TestScale.count(1, 30, 200));
        Figures figures = new Figures("kill -9 of the leader");
        new FaultRun(cluster, figures, 2).withoutOldWorkspaces().repeat(rounds, (load, random) -> {
            ClusterNode leader = cluster.node(cluster.leader());
            long killed = System.nanoTime();
            leader.kill();
            load.awaitNext(killed);
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
        List<Long> followedSlowly = new ArrayList<>();
        new FaultRun(cluster, figures, 2).withoutOldWorkspaces().repeat(rounds, (load, random) -> {
            int number = cluster.leader();
            ClusterNode leader = cluster.node(number);
            boolean isSlow = random.nextBoolean();
            leader.signal("STOP");
            long frozen = System.nanoTime();
            try {
                load.pass(TestScale.isShort() ? SHORT_FREEZE_MILLIS : 1000 + random.nextInt(FREEZE_MILLIS_MAX));
                load.queue(number);
                load.pass(QUEUEING_MILLIS);
                if (isSlow) {
                    // It learns late of the next leader, so that its answers depend on what it asks.
                    leader.networks().forEach(network -> network.delay(SLOW_MILLIS));
                }
            } finally {
                leader.signal("CONT");
            }
            long woken = System.nanoTime();
            if (cluster.leader() != number) {
                cluster.awaitNotLeading(number);
                (isSlow ? followedSlowly : followed).add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - woken));
            }
            cluster.heal();
            load.awaitNext(frozen);
            figures.add(frozen, load.ledger());
        });
        figures.print("after waking it followed within ms " + followed + ", and with a network slowed by " + SLOW_MILLIS
                + " ms within " + followedSlowly);
    }

    @Test
    void nodes_restartedInTurn_answerAllClientsThatWait() throws Exception {
        // The leader gives up its reign, and another node begins one.
        Figures figures = new Figures("SIGTERM and restart of each node in turn");
        new FaultRun(cluster, figures, REIGNS_PER_TURN)
                .withRetryAfter()
                .repeat(TestScale.count(1, 2, 20), (load, random) -> {
                    int first = random.nextInt(Cluster.NODES);
                    for (int i = 0; i < TestScale.count(1, Cluster.NODES, Cluster.NODES); i++) {
                        ClusterNode node = cluster.node((first + i) % Cluster.NODES);
                        long stopped = System.nanoTime();
                        node.terminate();
                        load.awaitNext(stopped);
                        figures.add(stopped, load.ledger());
                        cluster.startMissing();
                    }
                    for (String error : List.of("503 outcome_unknown", "broken connection", "no answer in time")) {
                        assertThat(load.ledger().counted(error)).as(error).isZero();
                    }
                });
    }
}
