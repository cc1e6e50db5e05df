package dev.plinth.engine.testkit;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.server.CallDoor;
import dev.plinth.engine.settings.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An engine for tests, without a test framework: in memory, on a clock that stands still, with a workspace and a key.
 *
 * <pre>{@code
 * try (PlinthTestServer plinth = PlinthTestServer.start()) {
 *     Orders orders = new Orders(plinth.uri(), plinth.apiKey());
 *     plinth.faults().on("POST", "/v1/resources").loseTheAnswer();
 *     orders.place("order-1");
 *     assertThat(plinth.client().resources().list().call().data()).hasSize(1);
 * }
 * }</pre>
 *
 * <p>For JUnit 4, TestNG, Spock and a main method; JUnit Jupiter has {@link PlinthExtension}. Webhooks may go to
 * 127.0.0.0/8. Address, key and operator's token stay the same until it is closed, so the code under test is configured
 * once.
 *
 * <p>Thread-safe.
 */
public final class PlinthTestServer implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1";
    static final String ADMIN_TOKEN = "plinth-test-admin-token";
    private static final String WORKSPACE = "test";
    private static final Set<String> GONE = Set.of("shutting_down", "not_found");
    private static final String AUTHORIZATION = "authorization";
    private static final String BEARER = "Bearer ";
    private static final String LOOPBACK_RANGE = "127.0.0.0/8";
    private static final int OK = 200;

    private final Engine engine;
    private final ManualClock clock;
    private final RestartableIds ids;
    private final String plan;
    private final LateAnswers late = new LateAnswers();
    private final Map<String, Faults> faults = new ConcurrentHashMap<>();
    private TestWorkspace own;
    private @Nullable EngineServer server;
    private boolean isClosed;

    private PlinthTestServer(Builder settings) {
        clock = ManualClock.startingAt(settings.start);
        ids = new RestartableIds(settings.seed);
        plan = settings.plan;
        EngineBuilder builder = Engine.builder()
                .inMemory()
                .testClock(clock)
                .ids(ids)
                .adminToken(ADMIN_TOKEN)
                .webhookAllow(LOOPBACK_RANGE);
        settings.more.accept(builder);
        engine = builder.open();
        own = new TestWorkspace(this, WORKSPACE);
    }

    /** Starts a server with the default options. */
    public static PlinthTestServer start() {
        return builder().start();
    }

    /** Returns a builder with the default options. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the HTTP address, such as {@code http://127.0.0.1:49152}. The first call opens a free port.
     *
     * @throws IllegalStateException if this server is closed
     */
    public URI uri() {
        return http().uri();
    }

    /** Returns the secret of the workspace's key. */
    public String apiKey() {
        return own().secret();
    }

    /** Returns the operator's token, for {@code /admin/v1}. */
    public String adminToken() {
        return ADMIN_TOKEN;
    }

    /**
     * Hands the address and secrets to a registry of properties as {@code PREFIX.uri}, {@code PREFIX.api-key} and {@code
     * PREFIX.admin-token}. The address is taken when it is asked for.
     *
     * @param registry takes a name and a value, such as {@code registry::add} of Spring's DynamicPropertyRegistry
     */
    public void properties(String prefix, BiConsumer<String, Supplier<Object>> registry) {
        Objects.requireNonNull(prefix, "prefix must not be null.");
        Objects.requireNonNull(registry, "registry must not be null.");
        registry.accept(prefix + ".uri", this::uri);
        registry.accept(prefix + ".api-key", this::apiKey);
        registry.accept(prefix + ".admin-token", this::adminToken);
    }

    /** Returns the engine. */
    public Engine engine() {
        return engine;
    }

    /** Returns the engine's clock. */
    public ManualClock clock() {
        return clock;
    }

    /** Returns a client in process with the key of {@link #apiKey}. */
    public PlinthClient client() {
        return own().client();
    }

    /** Returns the workspace. A {@link #reset} makes another one. */
    public Workspace workspace() {
        return own().workspace();
    }

    /** Returns the faults for requests over HTTP with the key of {@link #apiKey}. A {@link #reset} ends all faults. */
    public Faults faults() {
        return own().faults();
    }

    /**
     * Returns a receiver of webhooks, opened by the first call. A {@link #reset} closes it.
     *
     * @throws IllegalStateException if this server is closed
     */
    public synchronized WebhookSink sink() {
        requireOpen();
        return own.sink();
    }

    /**
     * Empties the engine: every workspace is deleted, with everything that runs, waits or is scheduled in it. Address,
     * key, operator's token and clock stay as they are, and so do operations, handlers and listeners. Not for tests
     * that run in parallel on one server.
     *
     * @throws IllegalStateException if the engine is closed, or has ids of the host's own, so that the key would be another one
     */
    public synchronized void reset() {
        String key = own.secret();
        own.close();
        faults.values().forEach(Faults::clear);
        faults.clear();
        Reply emptied = engine.call(Call.of("POST", "/admin/v1/reset").withHeader(AUTHORIZATION, BEARER + ADMIN_TOKEN));
        if (emptied.status() != OK) {
            throw new IllegalStateException("The engine cannot be emptied: " + emptied.text());
        }
        own = new TestWorkspace(this, WORKSPACE);
        openOwn();
        if (!own.secret().equals(key)) {
            throw new IllegalStateException(
                    "The key changed with reset(), because the engine has an IdSource of its own; leave"
                            + " EngineBuilder.ids out, or start another PlinthTestServer.");
        }
    }

    /** Closes server and engine. Closing again does nothing. */
    @Override
    public synchronized void close() {
        isClosed = true;
        // An engine over a log that a test has cut off refuses the end of a workspace. All is closed all the same.
        try {
            own.close();
        } finally {
            closeServerAndEngine();
        }
    }

    private void closeServerAndEngine() {
        try {
            if (server != null) {
                server.close(Duration.ZERO); // the clients of an ended test have no requests on their way
            }
        } finally {
            late.close();
            engine.close();
        }
    }

    /** Makes the workspace with the first secrets of the seed, so that its key is the same each time. */
    private synchronized void openOwn() {
        ids.restart();
        own.open();
    }

    private synchronized TestWorkspace own() {
        return own;
    }

    private synchronized void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("The server is closed. Start another PlinthTestServer.");
        }
    }

    synchronized EngineServer http() {
        requireOpen();
        EngineServer running = server;
        if (running == null) {
            running = EngineServer.builder(engine)
                    .host(LOOPBACK)
                    .port(0)
                    .filter(this::submit)
                    .start();
            server = running;
        }
        return running;
    }

    String plan() {
        return plan;
    }

    /** Returns the faults for requests over HTTP with this secret. */
    Faults faults(String secret) {
        return faults.computeIfAbsent(secret, absent -> new Faults(engine, late));
    }

    /** Ends the faults for this secret. */
    void endFaults(String secret) {
        Faults ended = faults.remove(secret);
        if (ended != null) {
            ended.clear();
        }
    }

    private CompletableFuture<Reply> submit(Call call, CallDoor door) {
        String authorization = call.headers().getOrDefault(AUTHORIZATION, "");
        boolean bearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        Faults met =
                bearer ? faults.get(authorization.substring(BEARER.length()).strip()) : null;
        return met == null ? door.submit(call) : met.submit(call, door);
    }

    /** Suspends a workspace, so that no work of it starts any more. */
    void suspend(String workspaceId) {
        try {
            engine.admin().suspend(workspaceId).call();
        } catch (PlinthException e) {
            // The test has closed or emptied the engine itself, so there is nothing left to hold back.
            if (!GONE.contains(e.code())) {
                throw e;
            }
        }
    }

    /** The options of a server. Not thread-safe. */
    public static final class Builder {
        private String plan = "starter";
        private Instant start = Instant.parse("2025-01-01T00:00:00Z");
        private long seed = 1;
        private Consumer<EngineBuilder> more = engine -> {};

        private Builder() {}

        /**
         * Sets the plan of the workspace. The default is {@code starter}. Register a plan of the host's own with
         * {@link #engine}.
         */
        public Builder plan(String name) {
            plan = Objects.requireNonNull(name, "name must not be null.");
            return this;
        }

        /** Sets the time at which the clock starts. The default is 2025-01-01T00:00:00Z. */
        public Builder startingAt(Instant instant) {
            start = Objects.requireNonNull(instant, "instant must not be null.");
            return this;
        }

        /** Sets the seed of ids and secrets. The same seed gives the same ones in every run. The default is 1. */
        public Builder seed(long number) {
            seed = number;
            return this;
        }

        /**
         * Adds to the engine: operations, handlers, listeners, plans. It runs once for every engine that is opened, after clock, ids,
         * admin token and allowed webhook range have been set. Leave clock, ids and admin token as they are, because {@link PlinthTestServer#clock},
         * {@link PlinthTestServer#adminToken} and {@link PlinthTestServer#reset} rely on them.
         */
        public Builder engine(Consumer<EngineBuilder> settings) {
            Objects.requireNonNull(settings, "settings must not be null.");
            more = more.andThen(settings);
            return this;
        }

        /** Returns a builder with the same options. Later changes of either do not affect the other. */
        Builder copy() {
            return new Builder().plan(plan).startingAt(start).seed(seed).engine(more);
        }

        /**
         * Opens an engine with these options.
         *
         * @throws IllegalStateException if it cannot start; one sentence says why and what to do
         * @throws PlinthException if there is no such plan
         */
        public PlinthTestServer start() {
            PlinthTestServer server = new PlinthTestServer(this);
            try {
                server.openOwn();
            } catch (RuntimeException e) {
                server.engine.close();
                throw e;
            }
            return server;
        }
    }
}
