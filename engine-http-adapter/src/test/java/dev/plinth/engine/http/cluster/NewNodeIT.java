package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Adds nodes to a cell while 64 callers work: on an empty machine, over damaged snapshots, and by mistake. */
@Tag("slow")
@Timeout(value = 1, unit = TimeUnit.HOURS)
@Tag("scaled")
final class NewNodeIT {
    private static final int REIGNS_MAX = 6;
    private static final int KILLED_MILLIS_MAX = 1_500;
    private static final int CREATED = 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

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
    void newNode_thatMeetsADamagedSnapshot_leadsWithAllRowsFromTheOlderOne() throws Exception {
        Figures figures = new Figures("new node that meets a damaged snapshot, leads alone");
        CellSnapshots snapshots = cluster.snapshots();
        new FaultRun(cluster, figures, REIGNS_MAX).withoutEachNode().repeat(1, (load, random) -> {
            long older = snapshots.write();
            load.awaitAcknowledged(20);
            long newest = snapshots.write();
            snapshots.truncate(older);
            try (ClusterNode late = cluster.newNode(home, "late", cluster.key());
                    ClusterNode refused = cluster.newNode(home, "refused", cluster.key())) {
                snapshots.turnBit(newest);
                late.start();
                assertThat(late.said())
                        .contains("of the snapshot at position " + newest + " as it was written, but it is")
                        .doesNotContain("\tat ");
                load.awaitAcknowledged(20);
                load.end();
                snapshots.turnBit(older);
                assertThatThrownBy(refused::start).hasMessageContaining("missing or damaged");
                assertThat(refused.said()).doesNotContain("\tat ");
                snapshots.turnBit(older);
                for (ClusterNode node : cluster.nodes()) {
                    node.kill();
                }
                new LedgerCheck(load, load.nodes().at(late.uri())).checkResources();
                late.terminate();
            } finally {
                snapshots.turnBit(newest);
            }
            cluster.startMissing();
        });
    }

    @Test
    void secondCluster_underTheNameOfThisCell_isOneClusterWithIt() throws Exception {
        Path key = Files.copy(cluster.key(), home.resolve("copied.key"));
        SmallLoad load = new SmallLoad(cluster);
        Instant before = load.create(CREATED, "before");
        try (ClusterNode one = cluster.newNode(home, "second-0", key);
                ClusterNode other = cluster.newNode(home, "second-1", key)) {
            CompletableFuture<Void> starting = CompletableFuture.runAsync(() -> start(one));
            start(other);
            starting.join();
            assertThat(load.at(one).create(CREATED, "by-the-second")).isAfterOrEqualTo(before);
            List<ClusterNode> all = new ArrayList<>(cluster.nodes());
            all.addAll(List.of(one, other));
            Patience.until(() -> ClusterNode.leaders(all).size() == 1);
            assertThat(load.create(CREATED, "by-the-first")).isAfterOrEqualTo(before);
            for (ClusterNode node : cluster.nodes()) {
                node.kill();
            }
            assertThat(load.rowsOfEachNode(List.of(one, other))).hasSize(3 * CREATED);
        }
        cluster.startMissing();
        cluster.awaitCalm();
    }

    @Test
    void cluster_underAnotherName_isSeparateThoughItsNodeHasTheSameId() throws Exception {
        long epoch = cluster.epoch();
        int leader = cluster.leader();
        try (ClusterNode other =
                cluster.newNode(home, cluster.node(leader).id(), cluster.key(), "other-" + UUID.randomUUID())) {
            other.start();
            NodeClient there = cluster.admin().at(other.uri());
            Answer made = there.send(
                    0,
                    new Request("POST", "/admin/v1/workspaces", "", "{\"name\":\"there\",\"plan\":\"load\"}"),
                    TIMEOUT);
            assertThat(made.status()).as(made.body()).isEqualTo(201);
            assertThat(ClusterNode.leaders(List.of(other))).hasSize(1);
            Request list = Request.get("/admin/v1/workspaces?limit=100");
            assertThat(there.send(0, list, TIMEOUT).json().get("data"))
                    .asInstanceOf(LIST)
                    .hasSize(1);
            assertThat(cluster.admin().send(leader, list, TIMEOUT).body()).doesNotContain(made.member("id"));
            other.terminate();
        }
        assertThat(cluster.epoch()).as("epoch of the first cluster").isEqualTo(epoch);
        assertThat(cluster.leader()).isEqualTo(leader);
        cluster.awaitCalm();
    }

    private static void start(ClusterNode node) {
        try {
            node.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
