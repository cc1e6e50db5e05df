package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.http.call.EngineCallService;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.settings.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The real engine behind the real server on a socket, under a clock that stands still. */
public final class LiveServer implements AutoCloseable {
    public static final String ADMIN_TOKEN = "adm_test123456789012";

    private static final List<String> LISTS = List.of(
            "/v1/resources?status=all&limit=100",
            "/v1/events?limit=100",
            "/v1/jobs?limit=100",
            "/v1/webhook-endpoints?limit=100",
            "/v1/keys?limit=100",
            "/v1/workspace");

    private final Engine engine;
    private final EngineServer server;

    private LiveServer(Engine engine) {
        this.engine = engine;
        this.server = EngineServer.start(
                (executor, audiences) -> new EngineCallService(engine, executor), "127.0.0.1", 0, Deadlines.STANDARD);
    }

    public static LiveServer start() {
        return start(builder -> builder);
    }

    public static LiveServer start(UnaryOperator<EngineBuilder> setup) {
        EngineBuilder builder = Engine.builder()
                .inMemory()
                .adminToken(ADMIN_TOKEN)
                .testClock(ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z")))
                .configReload(() -> Json.of(Map.of("taken", List.of("plans"), "needRestart", List.of("port"))));
        return new LiveServer(setup.apply(builder).open());
    }

    public Engine engine() {
        return engine;
    }

    EngineServer server() {
        return server;
    }

    int port() {
        return server.port();
    }

    /** The id of a new workspace. */
    public String workspace(String plan) {
        return engine.admin().createWorkspace("test", plan).call().id();
    }

    /** The secret of a new key. */
    public String key(String workspace, String... scopes) {
        NewKey all = NewKey.of("test");
        NewKey key = scopes.length == 0
                ? all
                : all.withScopes(Stream.of(scopes).map(Scope::of).toArray(Scope[]::new));
        return engine.admin().createKey(workspace, key).call().secret().orElseThrow();
    }

    /** Sends on a connection of its own. */
    public RawReply send(WireRequest request) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            return client.send(request.bytes()).read(request.method());
        }
    }

    /** All that a workspace shows of itself; what is equal before and after has not changed. */
    String shown(String key) throws IOException {
        StringBuilder shown = new StringBuilder();
        try (RawClient client = new RawClient(server.port())) {
            for (String list : LISTS) {
                RawReply reply =
                        client.send(WireRequest.get(list).withKey(key).bytes()).read();
                if (reply.status() != 200) {
                    throw new IOException("Expected " + list + " to be shown, but got " + reply.text());
                }
                shown.append(reply.text()).append('\n');
            }
        }
        return shown.toString();
    }

    @Override
    public void close() {
        server.close(Duration.ZERO);
        engine.close();
    }
}
