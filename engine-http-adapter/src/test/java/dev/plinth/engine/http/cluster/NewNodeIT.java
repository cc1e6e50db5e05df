package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Adds nodes to a cell while 64 callers work: on an empty machine, and with another key. */
@Tag("portable")
@Timeout(value = 1, unit = TimeUnit.HOURS)
@Tag("scaled")
final class NewNodeIT {
    private static final int REIGNS_MAX = 6;
    private static final int KILLED_MILLIS_MAX = 1_500;

    private final Cluster cluster = Cluster.shared();

    @TempDir
    private Path home;

    @Test
    void newNode_killedWhileItCatchesUp_leadsWithAllRowsAtLast() throws Exception {
        Figures figures = new Figures("new node, killed while it catches up, leads alone");
        for (int i = 0; i < TestScale.count(1, 3, 20); i++) {
            new FaultRun(cluster, figures, REIGNS_MAX).repeat(1, (load, random) -> {
                try (ClusterNode late = cluster.newNode(home, "late", cluster.key())) {
                    late.startAndKill(random.nextInt(KILLED_MILLIS_MAX));
                    late.start();
                    load.awaitAcknowledged(20);
                    load.end();
                    for (ClusterNode node : cluster.nodes()) {
                        node.kill();
                    }
                    new LedgerCheck(load, load.nodes().at(late.uri())).checkResources();
                    late.terminate();
                }
                cluster.startMissing();
            });
        }
    }

    @Test
    void node_withAnotherKey_isRefusedWithASentence() throws Exception {
        try (ClusterNode other = cluster.newNode(home, "other", home.resolve("other.key"))) {
            assertThatThrownBy(other::start).hasMessageContaining("key");
            assertThat(other.said()).doesNotContain("\tat ").contains("secret");
        }
        cluster.awaitCalm();
    }

    @Test
    void node_withTheIdOfAnother_endsWithASentence() throws Exception {
        try (ClusterNode twin = cluster.newNode(home, cluster.node(0).id(), cluster.key())) {
            assertThatThrownBy(() -> {
                        twin.start();
                        twin.awaitEnd();
                        throw new IllegalStateException(twin.said());
                    })
                    .hasMessageContaining("Expected node id " + twin.id() + " to be free");
            assertThat(twin.said()).doesNotContain("\tat ");
        }
        cluster.awaitCalm();
    }
}
