package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lets nodes run for long under faults drawn by chance, and samples what they and their database take. */
@Tag("slow")
@Timeout(value = 6, unit = TimeUnit.HOURS)
@Tag("scaled")
final class SoakIT {
    private static final int LASTING = Cluster.NODES - 1;
    private static final int KEPT = 50;
    private static final long SNAPSHOT_BYTES = 8L * 1024 * 1024;
    private static final String USES = "key uses";
    private static final long PURGED_SECONDS = 60;
    private static final int REIGNS_PER_FAULT = 2;
    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Shorter runs are not over the warm-up in their second quarter. */
    private static final long JUDGED_SECONDS_MIN = TimeUnit.MINUTES.toSeconds(10);

    private static final Load.Pace PACE = new Load.Pace(16, 1_000, 1_000, 500, 8_000, false);

    private final int minutes = Integer.getInteger("plinth.test.minutes", TestScale.isLong() ? 240 : 0);
    private final long seconds = minutes > 0 ? TimeUnit.MINUTES.toSeconds(minutes) : TestScale.count(5, 50, 50);
    private final int longestMillis = minutes > 0 ? 15_000 : TestScale.count(2_000, 6_000, 6_000);

    @TempDir
    private Path home;

    private long began;
    private long sampled;

    @Test
    void nodes_underFaultsDrawnByChance_loseNothingAndStayFlat() throws Exception {
        Figures figures = new Figures("soak");
        Samples samples = new Samples(Path.of("target", "soak.csv"));
        try (Pair servers = Pair.start()) {
            for (Server server : List.of(servers.primary(), servers.standby())) {
                server.configure("autovacuum = on", "autovacuum_naptime = 5s");
                server.reload();
            }
            try (Cluster cluster = Cluster.start(
                    home, servers, NodeProgram.withSnapshotEach(SNAPSHOT_BYTES), "--request-log-entries=1000")) {
                SmallLoad kept = new SmallLoad(cluster);
                Instant unused = kept.create(KEPT, "kept");
                ClusterFigures sizes = new ClusterFigures(cluster);
                Map<String, Long> rows = sizes.rows();
                RandomFaults faults = new RandomFaults(cluster, LASTING, longestMillis);
                began = System.nanoTime();
                new FaultRun(cluster, figures, REIGNS_PER_FAULT)
                        .withPace(PACE)
                        .withoutEachNode()
                        .withoutOldWorkspaces()
                        .repeat(
                                done -> done == 0
                                        || millis(began, System.nanoTime()) < TimeUnit.SECONDS.toMillis(seconds),
                                (load, random) -> {
                                    long fault = System.nanoTime();
                                    RandomFaults.Kind kind = faults.next(load, random);
                                    figures.add(fault, load.ledger());
                                    figures.remark(millis(began, fault) / 1000 + " s: " + kind + " for "
                                            + millis(fault, System.nanoTime()) + " ms");
                                    sample(samples, sizes);
                                });
                figures.remark(faults.figures());
                figures.remark(samples.count() + " samples, medians of quarters: " + samples.summary());
                assertThat(samples.count()).as("samples").isPositive();
                if (seconds >= JUDGED_SECONDS_MIN) {
                    samples.checkFlat();
                }
                awaitPurge(sizes, rows);
                assertThat(kept.rowsOfEachNode(cluster.nodes())).hasSize(KEPT).allMatch(row -> row.startsWith("kept-"));
            }
        }
    }

    /** Waits until the rows of all deleted workspaces are gone. The use of a key has a row later than the key. */
    private static void awaitPurge(ClusterFigures sizes, Map<String, Long> before) throws InterruptedException {
        Map<String, Long> due = new TreeMap<>(before);
        due.put(USES, due.get("keys"));
        Map<String, Long> rows = purged(sizes, due);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PURGED_SECONDS);
        while (!rows.equals(due) && System.nanoTime() < end) {
            rows = purged(sizes, due);
        }
        assertThat(rows).as("rows once all workspaces of callers are deleted").isEqualTo(due);
    }

    private static Map<String, Long> purged(ClusterFigures sizes, Map<String, Long> due) throws InterruptedException {
        Map<String, Long> rows = new TreeMap<>(sizes.rows());
        rows.computeIfPresent(USES, (table, uses) -> Math.max(uses, due.get(USES)));
        return rows;
    }

    private static long millis(long from, long to) {
        return TimeUnit.NANOSECONDS.toMillis(to - from);
    }

    private void sample(Samples samples, ClusterFigures sizes) throws IOException, InterruptedException {
        long now = System.nanoTime();
        if (samples.count() == 0 || now - sampled > SAMPLE_NANOS) {
            sampled = now;
            samples.add(TimeUnit.NANOSECONDS.toSeconds(now - began), sizes.read());
        }
    }
}
