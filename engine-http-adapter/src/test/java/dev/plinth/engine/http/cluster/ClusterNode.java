package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.http.ServedProcess;
import dev.plinth.engine.log.postgres.server.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A program that is a node, at a port of its own, with networks of its own to the servers of the database. */
final class ClusterNode implements AutoCloseable {
    private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m");
    /** Shows what a node tells of its roles, so that a failed test can be explained. */
    private static final String LOGGING = """
            handlers=java.util.logging.ConsoleHandler
            java.util.logging.ConsoleHandler.level=ALL
            java.util.logging.SimpleFormatter.format=%1$tT.%1$tL %4$s %3$s: %5$s%6$s%n
            .level=WARNING
            dev.plinth.level=INFO
            """;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int OK = 200;

    private final String id;
    private final Path errors;
    private final int port;
    private final FaultProxy toPrimary;
    private final FaultProxy toStandby;
    private final NodeClient probe;
    private final List<String> arguments;
    private @Nullable ServedProcess process;

    /**
     * Makes a node that does not run.
     *
     * @param program what it runs
     * @param servers ports of the two servers
     * @param others arguments that all nodes have
     */
    ClusterNode(Path home, String id, NodeProgram program, List<Integer> servers, List<String> others)
            throws IOException {
        this.id = id;
        this.errors = home.resolve(id + ".err");
        this.toPrimary = new FaultProxy(servers.get(0));
        this.toStandby = new FaultProxy(servers.get(1));
        this.port = FreePorts.find();
        this.probe = new NodeClient(List.of(uri()), "");
        Path logging = Files.writeString(home.resolve(id + ".logging"), LOGGING);
        List<String> all = new ArrayList<>(JVM);
        all.add("-Djava.util.logging.config.file=" + logging);
        all.addAll(program.arguments());
        all.addAll(List.of(
                "serve",
                "--port=" + port,
                "--advertise=" + uri(),
                "--node-id=" + id,
                "--log=postgres://plinth@127.0.0.1:" + toPrimary.port() + ",127.0.0.1:" + toStandby.port()
                        + "/postgres?sslmode=disable"));
        all.addAll(others);
        this.arguments = List.copyOf(all);
    }

    String id() {
        return id;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Returns the networks to both servers. */
    List<FaultProxy> networks() {
        return List.of(toPrimary, toStandby);
    }

    /** Starts the program, and waits until it listens. */
    void start() throws IOException {
        process = new ServedProcess(errors, arguments.toArray(String[]::new));
    }

    /** Starts the program, and ends it by SIGKILL a while later, whatever it does then. */
    void startAndKill(long millis) throws IOException, InterruptedException {
        Process started = ServedProcess.builder(arguments.toArray(String[]::new))
                .redirectErrorStream(true)
                .redirectOutput(errors.toFile())
                .start();
        boolean unused = started.waitFor(millis, TimeUnit.MILLISECONDS);
        int unusedStatus = started.destroyForcibly().waitFor();
    }

    /** Returns the nodes that lead, as a load balancer learns it. */
    static List<ClusterNode> leaders(List<ClusterNode> nodes) throws IOException, InterruptedException {
        List<ClusterNode> leaders = new ArrayList<>();
        for (ClusterNode node : nodes) {
            if (node.probe
                            .send(0, NodeClient.Request.get("/health/leader"), TIMEOUT)
                            .status()
                    == OK) {
                leaders.add(node);
            }
        }
        return leaders;
    }

    boolean isRunning() {
        ServedProcess current = process;
        return current != null && current.isAlive();
    }

    /** Ends it by SIGKILL. */
    void kill() throws InterruptedException {
        running().kill();
    }

    /** Ends it by SIGTERM. */
    void terminate() throws InterruptedException {
        assertThat(running().stop())
                .as("exit code of %s, which said %s", id, said())
                .isZero();
    }

    /** Waits until it has ended by itself. */
    void awaitEnd() {
        Patience.until(() -> !isRunning());
    }

    /** Sends a signal by its name, such as STOP. */
    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(
                                "kill", "-" + name, Long.toString(running().pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Returns the number of its process. */
    long pid() {
        return running().pid();
    }

    /** Returns what the last program has written to standard error. */
    String said() {
        try {
            return Files.exists(errors) ? Files.readString(errors) : "";
        } catch (IOException e) {
            return "nothing that can be read: " + e;
        }
    }

    private ServedProcess running() {
        ServedProcess current = process;
        if (current == null) {
            throw new IllegalStateException("Expected a node that runs");
        }
        return current;
    }

    @Override
    public void close() throws IOException {
        ServedProcess current = process;
        if (current != null) {
            current.close();
        }
        toPrimary.close();
        toStandby.close();
    }
}
