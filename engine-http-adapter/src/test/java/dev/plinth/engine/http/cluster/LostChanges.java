package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Resources in a cell whose database may lose some of them, so that only the rows of the nodes are compared. One thread. */
final class LostChanges {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int CREATED = 201;
    private static final int OK = 200;

    private final Cluster cluster;
    private final NodeClient nodes;
    private final RetryingClient client;

    /** Makes a workspace. */
    LostChanges(Cluster cluster) throws InterruptedException {
        this.cluster = cluster;
        RetryingClient operator = client(cluster.admin());
        String workspace = operator.settle(
                        new Request("POST", "/admin/v1/workspaces", "", "{\"name\":\"lost\",\"plan\":\"load\"}"))
                .member("id");
        String secret = operator.settle(
                        new Request("POST", "/admin/v1/workspaces/" + workspace + "/keys", "", "{\"name\":\"lost\"}"))
                .member("secret");
        this.nodes = cluster.admin().as(secret);
        this.client = client(nodes);
    }

    /** Creates resources, each of which is acknowledged. */
    void create(int count, String name) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            String unique = name + "-" + i;
            Answer answer =
                    client.settle(new Request("POST", "/v1/resources", unique, "{\"name\":\"" + unique + "\"}"));
            assertThat(answer.status()).as(answer.body()).isEqualTo(CREATED);
        }
    }

    /** Waits until all nodes have the same records. */
    void awaitAllNodes() throws IOException, InterruptedException {
        Set<Object> positions = new HashSet<>();
        do {
            positions.clear();
            for (int i = 0; i < Cluster.NODES; i++) {
                positions.add(nodes.send(i, Request.get("/health/ready"), TIMEOUT)
                        .json()
                        .get("sequence"));
            }
        } while (positions.size() != 1);
    }

    /**
     * Lets each node lead, until it is killed, and returns the rows that all of them show.
     *
     * @param late a node beside those of the cluster
     * @return names of resources, each with its id and version
     */
    Set<String> rowsOfEachNode(ClusterNode late) throws IOException, InterruptedException {
        List<ClusterNode> left = new ArrayList<>(cluster.nodes());
        left.add(late);
        List<Set<String>> shown = new ArrayList<>();
        while (!left.isEmpty()) {
            ClusterNode leader = leader(left);
            shown.add(rows(leader));
            leader.kill();
            left.remove(leader);
        }
        assertThat(new HashSet<>(shown)).as("rows that the nodes show").hasSize(1);
        return shown.get(0);
    }

    private static ClusterNode leader(List<ClusterNode> left) throws IOException, InterruptedException {
        List<ClusterNode> found = ClusterNode.leaders(left);
        while (found.isEmpty()) {
            found = ClusterNode.leaders(left);
        }
        return found.get(0);
    }

    @SuppressWarnings("unchecked")
    private Set<String> rows(ClusterNode node) throws InterruptedException {
        Set<String> rows = new HashSet<>();
        RetryingClient there = client(nodes.at(node.uri()));
        Optional<String> cursor = Optional.of("");
        while (cursor.isPresent()) {
            Answer page = there.settle(Request.get("/v1/resources?limit=100" + cursor.get()));
            assertThat(page.status()).as(page.body()).isEqualTo(OK);
            for (Map<String, Object> entry :
                    (List<Map<String, Object>>) page.json().get("data")) {
                rows.add(entry.get("name") + " " + entry.get("id") + " " + entry.get("version"));
            }
            cursor = Optional.ofNullable((String) page.json().get("nextCursor")).map(next -> "&cursor=" + next);
        }
        return rows;
    }

    private static RetryingClient client(NodeClient nodes) {
        return new RetryingClient(nodes, new Ledger(), 0, new RetryingClient.Manner(false, TIMEOUT), new Random(0));
    }
}
