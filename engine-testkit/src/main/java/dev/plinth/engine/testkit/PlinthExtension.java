package dev.plinth.engine.testkit;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.PlinthClient;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.http.HttpServer;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit Jupiter extension that gives a test class an engine in memory and every test a workspace of its own.
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
 *   <li>one for the class: {@link Engine}, {@link ManualClock}, {@link HttpServer} (started on a free port of 127.0.0.1 when it is
 *       first asked for);
 *   <li>one for each test, so not in constructors and {@code @BeforeAll}: {@link PlinthClient}, {@link Workspace}, {@link ApiKey}
 *       (with its secret), {@link PlinthServer} (address and secrets, for whatever speaks HTTP), {@link Faults} (what shall go wrong there), {@link WebhookSink}.
 * </ul>
 *
 * <p>Webhooks may go to 127.0.0.0/8. After a test its workspace is suspended, so that nothing which it left behind runs while a
 * later test turns the clock; after the class the engine is closed. Nested classes share the engine of the outer one. An
 * extension registered in an instance field gives every test an engine of its own.
 *
 * <p>Tests of one class may run in parallel as long as none of them turns the clock, which they share.
 */
public final class PlinthExtension implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(PlinthExtension.class);
    private static final Map<Class<?>, Function<TestEngine, Object>> OF_THE_CLASS = Map.of(
            Engine.class, TestEngine::engine,
            ManualClock.class, TestEngine::clock,
            HttpServer.class, TestEngine::server);
    private static final Map<Class<?>, Function<TestWorkspace, Object>> OF_THE_TEST = Map.of(
            PlinthClient.class, TestWorkspace::client,
            Workspace.class, TestWorkspace::workspace,
            ApiKey.class, TestWorkspace::key,
            PlinthServer.class, TestWorkspace::server,
            Faults.class, TestWorkspace::faults,
            WebhookSink.class, TestWorkspace::sink);

    private final Builder settings;

    /** For {@link PlinthTest}. */
    PlinthExtension() {
        this(builder());
    }

    private PlinthExtension(Builder settings) {
        this.settings = settings;
    }

    /** Collects options. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        engine(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        // What is closeable in a store is closed with its context, the latest first (JUnit 5.13 and later).
        TestEngine engine = engine(context);
        store(context).put(TestWorkspace.class, TestWorkspace.create(engine, settings.plan, context.getDisplayName()));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return OF_THE_CLASS.containsKey(type) || OF_THE_TEST.containsKey(type);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        Function<TestEngine, Object> shared = OF_THE_CLASS.get(type);
        if (shared != null) {
            return shared.apply(engine(context));
        }
        TestWorkspace workspace = store(context).get(TestWorkspace.class, TestWorkspace.class);
        if (workspace == null) {
            throw new ParameterResolutionException("Expected " + type.getSimpleName()
                    + " to be asked for by a test or a @BeforeEach method, but it was "
                    + parameter.getDeclaringExecutable().getName()
                    + ": a workspace begins and ends with a test. Move the parameter there.");
        }
        return Objects.requireNonNull(OF_THE_TEST.get(type)).apply(workspace);
    }

    /** The engine of this context or of one around it; opened in this one if there is none. */
    private TestEngine engine(ExtensionContext context) {
        ExtensionContext.Store store = store(context);
        TestEngine open = store.get(TestEngine.class, TestEngine.class);
        if (open == null) {
            open = TestEngine.open(settings.start, settings.seed, settings.more);
            store.put(TestEngine.class, open);
        }
        return open;
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }

    /** The options of an extension. Not thread-safe. */
    public static final class Builder {
        private String plan = "starter";
        private Instant start = Instant.parse("2025-01-01T00:00:00Z");
        private long seed = 1;
        private @Nullable Consumer<EngineBuilder> more;

        private Builder() {}

        /** The plan of every test's workspace; {@code starter} unless said otherwise. One of the host's own is registered with {@link #engine}. */
        public Builder plan(String name) {
            plan = Objects.requireNonNull(name, "name");
            return this;
        }

        /** Where the clock stands at first; at 2025-01-01T00:00:00Z unless said otherwise. */
        public Builder startingAt(Instant instant) {
            start = Objects.requireNonNull(instant, "instant");
            return this;
        }

        /** What ids and secrets are made from; the same seed gives the same ones in every run. 1 unless said otherwise. */
        public Builder seed(long number) {
            seed = number;
            return this;
        }

        /**
         * What else the engine is to be: operations, handlers, listeners, plans. It runs once for every engine that is opened, after
         * clock, ids, admin token and allowed webhook range have been set.
         */
        public Builder engine(Consumer<EngineBuilder> settings) {
            more = more == null ? settings : more.andThen(settings);
            return this;
        }

        /** An extension with these options; later changes of the builder are not seen by it. */
        public PlinthExtension build() {
            Builder copy = new Builder().plan(plan).startingAt(start).seed(seed);
            copy.more = more;
            return new PlinthExtension(copy);
        }
    }
}
