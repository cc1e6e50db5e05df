package dev.plinth.engine.testkit;

import dev.plinth.engine.CallDoor;
import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.SeededIds;
import dev.plinth.engine.http.HttpServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One engine for tests with its clock, and its server once somebody needs one. Thread-safe. */
final class TestEngine implements AutoCloseable {
    static final String ADMIN_TOKEN = "plinth-test-admin-token";
    static final String LOOPBACK = "127.0.0.1";
    private static final Set<String> GONE = Set.of("shutting_down", "not_found");
    private static final String BEARER = "Bearer ";
    private static final String LOOPBACK_RANGE = "127.0.0.0/8";

    private final Engine engine;
    private final ManualClock clock;
    private final Map<String, Faults> faults = new ConcurrentHashMap<>();
    private @Nullable HttpServer server;

    private TestEngine(Engine engine, ManualClock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    static TestEngine open(Instant start, long seed, @Nullable Consumer<EngineBuilder> more) {
        ManualClock clock = ManualClock.startingAt(start);
        EngineBuilder builder = Engine.builder()
                .inMemory()
                .testClock(clock)
                .ids(new SeededIds(seed))
                .adminToken(ADMIN_TOKEN)
                .webhookAllow(LOOPBACK_RANGE);
        if (more != null) {
            more.accept(builder);
        }
        return new TestEngine(builder.open(), clock);
    }

    Engine engine() {
        return engine;
    }

    ManualClock clock() {
        return clock;
    }

    synchronized HttpServer server() {
        HttpServer running = server;
        if (running == null) {
            running = HttpServer.start(engine, LOOPBACK, 0, this::submit);
            server = running;
        }
        return running;
    }

    /** What shall go wrong with requests over HTTP that come with this secret. */
    Faults faults(String secret) {
        return faults.computeIfAbsent(secret, absent -> new Faults(engine));
    }

    /** Ends the faults of this secret. */
    void endFaults(String secret) {
        Faults ended = faults.remove(secret);
        if (ended != null) {
            ended.clear();
        }
    }

    private CompletableFuture<Reply> submit(Call call, CallDoor door) {
        String authorization = call.headers().getOrDefault("authorization", "");
        boolean bearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        Faults own =
                bearer ? faults.get(authorization.substring(BEARER.length()).strip()) : null;
        return own == null ? door.submit(call) : own.submit(call, door);
    }

    /** Lets nothing of a workspace start any more. */
    void suspend(String workspaceId) {
        try {
            engine.admin().suspend(workspaceId).call();
        } catch (PlinthException e) {
            // The test has closed or emptied the engine itself: there is nothing left to hold back.
            if (!GONE.contains(e.code())) {
                throw e;
            }
        }
    }

    @Override
    public synchronized void close() {
        if (server != null) {
            server.close(Duration.ZERO); // no client of a test that is over has a request on its way
        }
        engine.close();
    }
}
