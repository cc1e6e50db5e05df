package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Calls of a workspace of their own, one after the other, and a comparison of the rows that the nodes have. One thread. */
final class SmallLoad {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int CREATED = 201;
    private static final int OK = 200;

    private final NodeClient nodes;
    private final RetryingClient client;

    /** Makes a workspace. */
    SmallLoad(Cluster cluster) throws InterruptedException {
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

    private SmallLoad(NodeClient nodes) {
        this.nodes = nodes;
        this.client = client(nodes);
    }

    /** Returns calls of the same workspace by way of another node. */
    SmallLoad at(ClusterNode node) {
        return new SmallLoad(nodes.at(node.uri()));
    }

    /** Creates resources, each of which is acknowledged, and returns when the last one was created. */
    Instant create(int count, String name) throws InterruptedException {
        Answer answer = create(name + "-0");
        for (int i = 1; i < count; i++) {
            answer = create(name + "-" + i);
        }
        return Instant.parse(answer.member("createdAt"));
    }

    private Answer create(String name) throws InterruptedException {
        Answer answer = post("/v1/resources", name, "{\"name\":\"" + name + "\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(CREATED);
        return answer;
    }

    /** Sends a call under a key until it is answered with certainty. */
    Answer post(String path, String key, String body) throws InterruptedException {
        return client.settle(new Request("POST", path, key, body));
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
     * @return names of resources, each with its id and version
     */
    Set<String> rowsOfEachNode(List<ClusterNode> running) throws IOException, InterruptedException {
        List<ClusterNode> left = new ArrayList<>(running);
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
