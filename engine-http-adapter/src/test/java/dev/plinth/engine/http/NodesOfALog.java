package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.Patience;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.postgres.server.FreePorts;
import dev.plinth.engine.testkit.SharedMemoryConnection;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Nodes of one log, each behind a server of its own on a free port. The first one leads. */
public final class NodesOfALog implements AutoCloseable {
    static final String ADMIN_TOKEN = "nodes-test-admin-token";

    private final SharedMemoryLog log = new SharedMemoryLog();
    private final Path secretKeyFile;
    private final UnaryOperator<EngineBuilder> engines;
    private final UnaryOperator<EngineServerBuilder> servers;
    private final List<Served> nodes = new ArrayList<>();

    /** A node. */
    public record Served(String id, int port, SharedMemoryConnection link, Engine engine, EngineServer server) {
        /** Takes the node off the network as a crash does: its sockets are closed, and the log hears nothing of it. */
        public void crash() {
            link.link(SharedMemoryConnection.Link.CUT);
            server.cut();
        }
    }

    NodesOfALog(
            Path directory,
            int count,
            UnaryOperator<EngineBuilder> engines,
            UnaryOperator<EngineServerBuilder> servers) {
        this.secretKeyFile = directory.resolve("secret.key");
        this.engines = engines;
        this.servers = servers;
        for (int i = 0; i < count; i++) {
            add("node-" + i);
        }
        Patience.until(
                () -> nodes.stream().allMatch(node -> node.engine().leader().isPresent()));
    }

    public static NodesOfALog start(Path directory, int count) {
        return new NodesOfALog(directory, count, engine -> engine, server -> server);
    }

    /** Starts one more node. */
    Served add(String id) {
        int port = freePort();
        SharedMemoryConnection link = log.connect();
        Engine engine = engines.apply(Engine.builder()
                        .log(link)
                        .node(new Node(id, Optional.of(URI.create("http://127.0.0.1:" + port))))
                        .secretKeyFile(secretKeyFile)
                        .adminToken(ADMIN_TOKEN))
                .open();
        EngineServer server =
                servers.apply(EngineServer.builder(engine).port(port)).start();
        Served node = new Served(id, port, link, engine, server);
        nodes.add(node);
        return node;
    }

    /** Returns a port that no socket listens on. */
    static int freePort() {
        try {
            return FreePorts.find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Served node(int index) {
        return nodes.get(index);
    }

    Served leader() {
        return nodes.stream()
                .filter(node -> node.engine().role() == NodeRole.LEADER)
                .findFirst()
                .orElseThrow();
    }

    public SharedMemoryLog log() {
        return log;
    }

    /** Returns a key of a new workspace. */
    String key(String plan) {
        Engine engine = leader().engine();
        String workspace = engine.admin().createWorkspace("test", plan).call().id();
        return engine.admin()
                .createKey(workspace, NewKey.of("test"))
                .call()
                .secret()
                .orElseThrow();
    }

    /** Lets a lease of so many reigns lapse until one of these nodes leads. */
    public void expireLeaseUntil(Served... next) {
        long epoch = log.leader().orElseThrow().epoch();
        Patience.until(() -> {
            log.expireLease(epoch); // again, because a beat of the leader extends it
            for (Served node : next) {
                if (node.engine().role() == NodeRole.LEADER) {
                    return true;
                }
            }
            return false;
        });
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.server().close(Duration.ZERO));
        nodes.forEach(node -> {
            node.link().link(SharedMemoryConnection.Link.UP);
            node.engine().close();
        });
    }
}
