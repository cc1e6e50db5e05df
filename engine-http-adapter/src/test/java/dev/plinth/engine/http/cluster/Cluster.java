package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.cluster.NodeClient.Answer;
import dev.plinth.engine.http.cluster.NodeClient.Request;
import dev.plinth.engine.log.postgres.server.Pair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Three nodes of a cell, with a database that may be that of others too. For one thread. */
final class Cluster implements AutoCloseable {
    static final int NODES = 3;
    private static final String ADMIN = "operator-secret-of-tests";
    private static final long PATIENCE_SECONDS = 60;
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int OK = 200;

    private final Pair servers;
    private final String cell = "faults-" + UUID.randomUUID();
    private final Path config;
    private final Path key;
    private final List<String> others;
    private final List<ClusterNode> nodes = new ArrayList<>();
    private final NodeClient admin;

    private Cluster(Path home, Pair servers, List<NodeProgram> programs, List<String> others) throws IOException {
        this.servers = servers;
        this.others = others;
        this.config = Files.writeString(home.resolve("plinth.yaml"), "plans: {load: {requests: 1000000}}\n");
        this.key = home.resolve("secret.key");
        for (int i = 0; i < NODES; i++) {
            nodes.add(newNode(home, "node-" + i, programs.get(i), key, cell));
        }
        this.admin = new NodeClient(nodes.stream().map(ClusterNode::uri).toList(), ADMIN);
    }

    /** Returns the nodes of all test classes, which end with the JVM. A test leaves all of them running. */
    static Cluster shared() {
        return Shared.CLUSTER;
    }

    /** Starts with the first test that needs it. */
    private static final class Shared {
        private static final Cluster CLUSTER = start();

        private static Cluster start() {
            try {
                Path home = Files.createTempDirectory("plinth-cluster");
                Cluster made = Cluster.start(home, Pair.shared());
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        made.close();
                        delete(home);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
                return made;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /**
     * Starts nodes with files below a directory. The first one makes the key.
     *
     * @param others further arguments of each node
     */
    static Cluster start(Path home, Pair servers, String... others) throws IOException {
        return start(home, servers, NodeProgram.released(), others);
    }

    /** Starts nodes likewise, all of which run this program. */
    static Cluster start(Path home, Pair servers, NodeProgram program, String... others) throws IOException {
        return new Cluster(home, servers, Collections.nCopies(NODES, program), List.of(others)).started();
    }

    /** Starts nodes likewise, on machines whose clocks are ahead by these times. */
    static Cluster start(Path home, Pair servers, List<Duration> clockErrors) throws IOException {
        List<NodeProgram> programs =
                clockErrors.stream().map(NodeProgram::withClockError).toList();
        return new Cluster(home, servers, programs, List.of()).started();
    }

    private Cluster started() throws IOException {
        try {
            nodes.get(0).start();
            startMissing();
            return this;
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Makes a further node of the cell, which does not run yet. It is not one of {@link #nodes}. */
    ClusterNode newNode(Path home, String id, Path keyFile) throws IOException {
        return newNode(home, id, keyFile, cell);
    }

    /** Makes a node of another cell in the same database, which does not run yet. */
    ClusterNode newNode(Path home, String id, Path keyFile, String ofCell) throws IOException {
        return newNode(home, id, NodeProgram.released(), keyFile, ofCell);
    }

    private ClusterNode newNode(Path home, String id, NodeProgram program, Path keyFile, String ofCell)
            throws IOException {
        List<Integer> ports =
                List.of(servers.primary().port(), servers.standby().port());
        List<String> arguments = new ArrayList<>(others);
        arguments.addAll(List.of(
                "--tables=heap",
                "--cell=" + ofCell,
                "--config=" + config,
                "--secret-key-file=" + keyFile,
                "--admin-token=" + ADMIN,
                "--webhook-allow=127.0.0.0/8"));
        return new ClusterNode(home, id, program, ports, arguments);
    }

    /** Returns the file of the key that all nodes have. */
    Path key() {
        return key;
    }

    /** Starts all nodes that do not run, at the same time. */
    void startMissing() {
        CompletableFuture.allOf(nodes.stream()
                        .filter(node -> !node.isRunning())
                        .map(node -> CompletableFuture.runAsync(() -> {
                            try {
                                node.start();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    Pair servers() {
        return servers;
    }

    NodeClient admin() {
        return admin;
    }

    ClusterNode node(int number) {
        return nodes.get(number);
    }

    List<ClusterNode> nodes() {
        return List.copyOf(nodes);
    }

    /** Returns the snapshots in the database. */
    CellSnapshots snapshots() {
        return new CellSnapshots(servers, cell);
    }

    /** Returns the number of the cell in the database, which the names of its tables have. */
    String number() {
        return servers.query("select number from plinth_cell where name = '" + cell + "'");
    }

    /** Returns how many reigns have begun. */
    long epoch() {
        return Long.parseLong(servers.query("select epoch from plinth_cell where name = '" + cell + "'"));
    }

    /** Returns the number of the node that leads, once there is one. */
    int leader() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end) {
            List<Integer> leaders = leaders();
            if (!leaders.isEmpty()) {
                return leaders.get(0);
            }
            pause();
        }
        throw new AssertionError("Expected a leader within " + PATIENCE_SECONDS + " s: " + said());
    }

    /** Waits until all nodes run, a single one leads, and each has the same position. */
    void awaitCalm() throws InterruptedException {
        int leader = leader();
        assertThat(leaders()).as("nodes that lead").containsExactly(leader);
    }

    /** Returns what all nodes have written to standard error. */
    String said() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < NODES; i++) {
            all.append("\nnode ").append(i).append(": ").append(nodes.get(i).said());
        }
        return all.toString();
    }

    /** Ends all faults of the networks. */
    void heal() {
        networks().forEach(FaultProxy::heal);
    }

    /** Returns the networks of all nodes to both servers. */
    List<FaultProxy> networks() {
        return nodes.stream().flatMap(node -> node.networks().stream()).toList();
    }

    /** Waits until a node hands calls on, or refuses them. */
    void awaitNotLeading(int number) throws InterruptedException {
        String decider = nodes.get(number).id();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (decider.equals(nodes.get(number).id()) && System.nanoTime() < end) {
            decider = decider(number).orElse(decider);
        }
        assertThat(decider)
                .as("node that decides about calls of node %s", number)
                .isNotEqualTo(nodes.get(number).id());
    }

    private List<Integer> leaders() throws InterruptedException {
        List<Integer> leaders = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            if (decider(i).equals(Optional.of(nodes.get(i).id()))) {
                leaders.add(i);
            }
        }
        return leaders;
    }

    /** Returns the id of the node that decides about a call of a node; empty if that one does not answer. */
    private Optional<String> decider(int number) throws InterruptedException {
        try {
            Answer answer = admin.send(number, Request.get("/admin/v1/workspaces?limit=1"), TIMEOUT);
            return Optional.of(answer.status() == OK ? answer.node() : "");
        } catch (IOException unreachable) {
            return Optional.empty();
        }
    }

    private static void pause() throws InterruptedException {
        boolean unused = new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws IOException {
        for (ClusterNode node : nodes) {
            node.close();
        }
    }
}
