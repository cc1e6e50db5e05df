package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Server;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Loses the primary of the database while 64 callers work, and lets it come back as it was. */
@Tag("slow")
@Timeout(value = 1, unit = TimeUnit.HOURS)
@Tag("scaled")
final class FailoverIT {
    private static final int RECONNECTIONS = TestScale.count(1, 5, 20);
    private static final String CUT_ALL = "select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <>"
            + " pg_backend_pid() and usename = 'plinth' and backend_type = 'client backend'";

    private static final int KEPT = 30;
    private static final int LOST = 20;

    @TempDir
    private Path home;

    @Test
    void standby_promotedWithoutTheLastChanges_letsAllNodesMakeTheirRowsAnew() throws Exception {
        try (Pair servers = Pair.start();
                FaultProxy replication = new FaultProxy(servers.primary().port())) {
            for (Server server : List.of(servers.primary(), servers.standby())) {
                server.configure("synchronous_standby_names = ''");
                server.reload();
            }
            servers.standby().follow(replication.port());
            servers.standby().reload();
            try (Cluster cluster = Cluster.start(home, servers, "--log-durability=local")) {
                SmallLoad load = new SmallLoad(cluster);
                Instant kept = load.create(KEPT, "kept");
                String written = servers.query("select pg_current_wal_lsn()");
                Patience.until(() -> servers.query(
                                "select bool_or(flush_lsn >= '" + written + "'::pg_lsn) from pg_stat_replication")
                        .equals("t"));
                replication.cut();
                assertThat(load.create(LOST, "lost")).isAfterOrEqualTo(kept);
                load.awaitAllNodes();
                Server unused = servers.failOver();
                assertThat(load.create(KEPT, "behind")).isAfterOrEqualTo(kept);

                try (ClusterNode late = cluster.newNode(home, "late", cluster.key())) {
                    late.start();
                    List<ClusterNode> running = new ArrayList<>(cluster.nodes());
                    running.add(late);
                    assertThat(load.rowsOfEachNode(running)).hasSize(2 * KEPT).noneMatch(row -> row.startsWith("lost"));
                }
                for (ClusterNode node : cluster.nodes()) {
                    assertThat(node.said())
                            .contains("The log has lost record")
                            .doesNotContain("\tat ")
                            .doesNotContain("STOPPED");
                }
            }
        }
    }

    @Test
    void primary_lostAndBackAsItWas_losesNothingAndIsNotTakenBack() throws Exception {
        Figures figures = new Figures("primary killed, standby promoted, earlier primary back");
        try (Pair servers = Pair.start();
                Cluster cluster = Cluster.start(home, servers)) {
            new FaultRun(cluster, figures, 2 + 2 * RECONNECTIONS).repeat(1, (load, random) -> {
                Server earlier = servers.failOver();
                servers.addStandby();
                long takesWrites = System.nanoTime();
                load.awaitNext(takesWrites);
                figures.add(takesWrites, load.ledger());
                earlier.start();
                try {
                    for (int i = 0; i < RECONNECTIONS; i++) {
                        long cut = System.nanoTime();
                        String unused = servers.query(CUT_ALL);
                        load.awaitNext(cut);
                        load.awaitAcknowledged(random.nextInt(50));
                        figures.add(cut, load.ledger());
                    }
                } finally {
                    earlier.crash();
                }
            });
        }
    }
}
