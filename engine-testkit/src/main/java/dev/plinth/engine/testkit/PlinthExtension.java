package dev.plinth.engine.testkit;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.settings.ManualClock;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Holds a {@link PlinthTestServer} for a test class of JUnit Jupiter 5.11 or newer, 6 included, and gives every test a workspace of
 * its own.
 *
 * <pre>{@code
 * @PlinthTest
 * class OrdersTest {
 *     @Test
 *     void order_createdTwiceUnderOneKey_isOneResource(PlinthClient client) {
 *         Resource first = client.resources().create("Order 1").idempotencyKey("o-1").call();
 *         Resource second = client.resources().create("Order 1").idempotencyKey("o-1").call();
 *         assertThat(second).isEqualTo(first);
 *     }
 * }
 * }</pre>
 *
 * <p>With options, and with operations of the host:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final PlinthExtension PLINTH = PlinthExtension.builder()
 *         .plan("pro")
 *         .startingAt(Instant.parse("2026-03-01T00:00:00Z"))
 *         .engine(engine -> engine.asyncOperation("render", job -> Json.EMPTY_OBJECT))
 *         .build();
 * }</pre>
 *
 * <p>Parameters of constructors, of {@code @BeforeAll} and {@code @BeforeEach} methods and of tests are filled by type:
 *
 * <ul>
 * <li>One for the class: {@link Engine}, {@link ManualClock}, and {@link EngineServer}, which starts on a free port of
 * 127.0.0.1 when it is first used.
 * <li>One for each test, so not in constructors and {@code @BeforeAll}: {@link PlinthClient}, {@link Workspace},
 * {@link ApiKey} with its secret, {@link PlinthServer}, {@link Faults} and {@link WebhookSink}.
 * </ul>
 *
 * <p>The methods of a registered extension are for code that needs address and key before any test begins, such as an
 * application context. They use a workspace of the class, apart from those of the tests. The engine opens with the
 * first of these calls, or with the class:
 *
 * <pre>{@code
 * @DynamicPropertySource
 * static void plinth(DynamicPropertyRegistry registry) {
 *     PLINTH.properties("plinth", registry::add);
 * }
 *
 * @BeforeEach
 * void empty() {
 *     PLINTH.reset();
 * }
 * }</pre>
 *
 * <p>After a test its workspace is suspended, so that none of its work runs while a later test advances the clock.
 * After the class the engine is closed. Nested classes share the engine of the outer one. An extension registered in an
 * instance field gives every test an engine of its own.
 *
 * <p>Tests of one class may run in parallel as long as none of them advances the clock or resets the engine, which they
 * share.
 */
public final class PlinthExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {
    /** A class of junit-jupiter-api that came with {@link #JUPITER_MIN}. */
    private static final String SINCE_JUPITER_MIN = "org.junit.jupiter.api.AutoClose";

    private static final String JUPITER_MIN = "5.11";
    private static final String HELD = "held";

    private static final Map<Class<?>, Function<PlinthTestServer, Object>> OF_THE_CLASS = Map.of(
            Engine.class, PlinthTestServer::engine,
            ManualClock.class, PlinthTestServer::clock,
            EngineServer.class, PlinthTestServer::http);
    private static final Map<Class<?>, Function<TestWorkspace, Object>> OF_THE_TEST = Map.of(
            PlinthClient.class, TestWorkspace::client,
            Workspace.class, TestWorkspace::workspace,
            ApiKey.class, TestWorkspace::key,
            PlinthServer.class, TestWorkspace::server,
            Faults.class, TestWorkspace::faults,
            WebhookSink.class, TestWorkspace::sink);

    private final PlinthTestServer.Builder settings;
    private final ExtensionContext.Namespace namespace = ExtensionContext.Namespace.create(PlinthExtension.class, this);
    private @Nullable PlinthTestServer server;
    private int holders;

    /** Makes the extension of {@link PlinthTest}. */
    PlinthExtension() {
        this(PlinthTestServer.builder());
    }

    private PlinthExtension(PlinthTestServer.Builder settings) {
        checkJupiter();
        this.settings = settings;
    }

    private static void checkJupiter() {
        try {
            Class<?> unused = Class.forName(SINCE_JUPITER_MIN, false, ExtensionContext.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            String version = ExtensionContext.class.getPackage().getImplementationVersion();
            throw new IllegalStateException("PlinthExtension needs JUnit Jupiter " + JUPITER_MIN + " or newer, got "
                    + (version == null ? "an older one" : version)
                    + "; raise junit-jupiter, or hold a PlinthTestServer, which needs no JUnit.");
        }
    }

    /** Returns a builder with the default options. */
    public static Builder builder() {
        return new Builder();
    }

    /** Does what {@link PlinthTestServer#properties} does. */
    public void properties(String prefix, BiConsumer<String, Supplier<Object>> registry) {
        Objects.requireNonNull(prefix, "prefix must not be null.");
        Objects.requireNonNull(registry, "registry must not be null.");
        server().properties(prefix, registry);
    }

    /** Returns {@link PlinthTestServer#uri}. */
    public URI uri() {
        return server().uri();
    }

    /** Returns {@link PlinthTestServer#apiKey}. */
    public String apiKey() {
        return server().apiKey();
    }

    /** Returns {@link PlinthTestServer#adminToken}. */
    public String adminToken() {
        return server().adminToken();
    }

    /** Returns {@link PlinthTestServer#engine}. */
    public Engine engine() {
        return server().engine();
    }

    /** Returns {@link PlinthTestServer#clock}. */
    public ManualClock clock() {
        return server().clock();
    }

    /** Returns {@link PlinthTestServer#client}. */
    public PlinthClient client() {
        return server().client();
    }

    /** Returns {@link PlinthTestServer#workspace}. */
    public Workspace workspace() {
        return server().workspace();
    }

    /** Returns {@link PlinthTestServer#faults}. */
    public Faults faults() {
        return server().faults();
    }

    /** Returns {@link PlinthTestServer#sink}. */
    public WebhookSink sink() {
        return server().sink();
    }

    /**
     * Calls {@link PlinthTestServer#reset}. Call it before a test gets its parameters, because its workspace is deleted
     * too.
     */
    public void reset() {
        server().reset();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        hold(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        hold(context);
        store(context).put(TestWorkspace.class, new TestWorkspace(server(), context.getDisplayName()));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        TestWorkspace workspace = store(context).remove(TestWorkspace.class, TestWorkspace.class);
        try {
            if (workspace != null) {
                workspace.close();
            }
        } finally {
            release(context);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        release(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return OF_THE_CLASS.containsKey(type) || OF_THE_TEST.containsKey(type);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        Function<PlinthTestServer, Object> shared = OF_THE_CLASS.get(type);
        if (shared != null) {
            return shared.apply(server());
        }
        TestWorkspace workspace = store(context).get(TestWorkspace.class, TestWorkspace.class);
        if (workspace == null) {
            throw new ParameterResolutionException("Expected " + type.getSimpleName()
                    + " as a parameter of a test or a @BeforeEach method, but it is one of "
                    + parameter.getDeclaringExecutable().getName()
                    + ". Move it, because a workspace begins and ends with a test.");
        }
        return Objects.requireNonNull(OF_THE_TEST.get(type)).apply(workspace);
    }

    private synchronized PlinthTestServer server() {
        PlinthTestServer running = server;
        if (running == null) {
            running = settings.start();
            server = running;
        }
        return running;
    }

    /** Keeps the engine open until this context has released it. Classes, nested classes and tests share one engine. */
    private synchronized void hold(ExtensionContext context) {
        PlinthTestServer unused = server();
        store(context).put(HELD, HELD);
        holders++;
    }

    /** Closes the engine after the last context. JUnit also calls this if an earlier extension failed in between. */
    private synchronized void release(ExtensionContext context) {
        if (store(context).remove(HELD) != null) {
            holders--;
        }
        if (holders == 0 && server != null) {
            PlinthTestServer ended = server;
            server = null;
            ended.close();
        }
    }

    private ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(namespace);
    }

    /** The options of an extension. Not thread-safe. */
    public static final class Builder {
        private final PlinthTestServer.Builder server = PlinthTestServer.builder();

        private Builder() {}

        /** Calls {@link PlinthTestServer.Builder#plan}. The plan is also that of every test's workspace. */
        public Builder plan(String name) {
            Objects.requireNonNull(name, "name must not be null.");
            server.plan(name);
            return this;
        }

        /** Calls {@link PlinthTestServer.Builder#startingAt}. */
        public Builder startingAt(Instant instant) {
            Objects.requireNonNull(instant, "instant must not be null.");
            server.startingAt(instant);
            return this;
        }

        /** Calls {@link PlinthTestServer.Builder#seed}. */
        public Builder seed(long number) {
            server.seed(number);
            return this;
        }

        /** Calls {@link PlinthTestServer.Builder#engine}. */
        public Builder engine(Consumer<EngineBuilder> settings) {
            Objects.requireNonNull(settings, "settings must not be null.");
            server.engine(settings);
            return this;
        }

        /**
         * Returns an extension with these options. Later changes of the builder do not affect it.
         *
         * @throws IllegalStateException if JUnit Jupiter is older than 5.11
         */
        public PlinthExtension build() {
            return new PlinthExtension(server.copy());
        }
    }
}
