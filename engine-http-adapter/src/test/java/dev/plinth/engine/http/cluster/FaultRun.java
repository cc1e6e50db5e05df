package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.io.IOException;
import java.util.Random;
import java.util.function.IntPredicate;

/** Rounds of a fault under a load, with a check of all that was acknowledged. One thread. */
final class FaultRun {
    private static final int ROUNDS_PER_LOAD = 10;
    private static final int ACKNOWLEDGED_PER_CALLER = 2;

    private final Cluster cluster;
    private final Figures figures;
    private final int reignsPerRound;
    private Load.Pace pace = Load.Pace.QUICK;
    private boolean deletesWorkspaces;
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
        pace = pace.withRetryAfter();
        return this;
    }

    /** Leaves out that each node leads alone, where the fault concerns no node, or the test itself looks at them. */
    FaultRun withoutEachNode() {
        checksEachNode = false;
        return this;
    }

    /** Lets callers work at another pace. */
    FaultRun withPace(Load.Pace other) {
        pace = other;
        return this;
    }

    /** Deletes the workspace of callers who have ended, so that rows become no more in a long run. */
    FaultRun withoutOldWorkspaces() {
        deletesWorkspaces = true;
        return this;
    }

    /** A fault and its end. */
    @FunctionalInterface
    interface Fault {
        void happen(Load load, Random random) throws Exception;
    }

    /** Lets a fault happen so many times. */
    void repeat(int rounds, Fault fault) throws Exception {
        repeat(done -> done < rounds, fault);
    }

    /**
     * Lets a fault happen again and again. The callers change sometimes, so that what is checked stays small.
     *
     * @param isMore tells whether there shall be a further round, by how many there were
     */
    void repeat(IntPredicate isMore, Fault fault) throws Exception {
        long seed = TestScale.seed();
        figures.remark(TestScale.repeatWith(seed));
        Random random = new Random(seed);
        int rounds = 0;
        try {
            long reigns = 0;
            while (isMore.test(rounds)) {
                try (Load load = Load.begin(cluster.admin(), pace, random.nextLong())) {
                    long epoch = cluster.epoch();
                    int last = rounds + ROUNDS_PER_LOAD;
                    while (rounds < last && isMore.test(rounds)) {
                        load.beginRound();
                        load.awaitAcknowledged(1 + random.nextInt(ACKNOWLEDGED_PER_CALLER * pace.callers()));
                        fault.happen(load, random);
                        rounds++;
                    }
                    check(load);
                    reigns += cluster.epoch() - epoch;
                    checkEachNode(load);
                    figures.remark(load.ledger().figures());
                    if (deletesWorkspaces) {
                        new LedgerCheck(load).checkWebhooks();
                        load.deleteWorkspace();
                    }
                }
            }
            figures.print(reigns + " reigns");
            assertThat(reigns).as("reigns that have begun").isLessThanOrEqualTo((long) reignsPerRound * rounds);
        } catch (AssertionError e) {
            throw new AssertionError(TestScale.repeatWith(seed) + "; " + cluster.said(), e);
        }
    }

    private void check(Load load) throws InterruptedException {
        load.end();
        cluster.awaitCalm();
        new LedgerCheck(load).check();
        assertThat(cluster.said())
                .as("what the nodes have told, in which a lost reign is no error")
                .doesNotContain("could not start due work");
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
