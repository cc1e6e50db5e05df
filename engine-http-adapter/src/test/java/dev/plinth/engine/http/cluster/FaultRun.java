package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.io.IOException;
import java.util.Random;

/** Rounds of a fault under a load, with a check of all that was acknowledged. One thread. */
final class FaultRun {
    private static final int ROUNDS_PER_LOAD = 10;
    private static final int ACKNOWLEDGED_MAX = 150;

    private final Cluster cluster;
    private final Figures figures;
    private final int reignsPerRound;
    private boolean retryAfter;
    private boolean checksEachNode = !TestScale.isShort();

    /**
     * Makes a run.
     *
     * @param reignsPerRound how many reigns may begin in each round, so that more of them are found
     */
    FaultRun(Cluster cluster, Figures figures, int reignsPerRound) {
        this.cluster = cluster;
        this.figures = figures;
        this.reignsPerRound = reignsPerRound;
    }

    /** Lets callers wait as long as {@code Retry-After} says. */
    FaultRun withRetryAfter() {
        retryAfter = true;
        return this;
    }

    /** Leaves out that each node leads alone, where the fault concerns no node, or the test itself looks at them. */
    FaultRun withoutEachNode() {
        checksEachNode = false;
        return this;
    }

    /** A fault and its end. */
    @FunctionalInterface
    interface Fault {
        void happen(Load load, Random random) throws Exception;
    }

    /** Lets a fault happen again and again. The callers change sometimes, so that what is checked stays small. */
    void repeat(int rounds, Fault fault) throws Exception {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        StringBuilder counts = new StringBuilder();
        try {
            long reigns = 0;
            for (int left = rounds; left > 0; left -= ROUNDS_PER_LOAD) {
                try (Load load = Load.begin(cluster.admin(), retryAfter, random.nextLong())) {
                    long epoch = cluster.epoch();
                    for (int i = 0; i < Math.min(left, ROUNDS_PER_LOAD); i++) {
                        load.awaitAcknowledged(1 + random.nextInt(ACKNOWLEDGED_MAX));
                        fault.happen(load, random);
                    }
                    load.end();
                    cluster.awaitCalm();
                    new LedgerCheck(load).check();
                    assertThat(cluster.said())
                            .as("what the nodes have told, in which a lost reign is no error")
                            .doesNotContain("could not start due work");
                    reigns += cluster.epoch() - epoch;
                    checkEachNode(load);
                    counts.append("; ").append(load.ledger().figures());
                }
            }
            figures.print(reigns + " reigns" + counts);
            assertThat(reigns).as("reigns that have begun").isLessThanOrEqualTo((long) reignsPerRound * rounds);
        } catch (AssertionError e) {
            throw new AssertionError(TestScale.repeatWith(seed) + "; " + cluster.said(), e);
        }
    }

    /** Lets each node lead in turn, alone, and checks the rows that it shows. That takes long, so a short run leaves it out. */
    private void checkEachNode(Load load) throws IOException, InterruptedException {
        for (int alone = 0; alone < Cluster.NODES && checksEachNode; alone++) {
            for (int other = 0; other < Cluster.NODES; other++) {
                if (other != alone) {
                    cluster.node(other).kill();
                }
            }
            new LedgerCheck(load, load.nodes().at(cluster.node(alone).uri())).checkResources();
            cluster.startMissing();
        }
    }
}
