package dev.plinth.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.handler.GuardedHandler;
import dev.plinth.engine.handler.GuardedRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guarded call under a key runs the host's code once, and its reply is remembered in the record of its effects. */
@Timeout(120)
@Tag("scaled")
final class GuardIdempotencyTest {
    private static final int CUTS = 12;
    private static final int RESOURCES = 25;

    private final AtomicInteger runs = new AtomicInteger();

    @TempDir
    private Path directory;

    private static Call post(TestEngine store, String body) {
        return Call.of("POST", "/desk/7")
                .withKey(store.key())
                .withHeader("Idempotency-Key", "k")
                .withBody(body.getBytes(UTF_8));
    }

    private Reply paid(GuardedRequest request) {
        String made = request.effects().create(NewResource.of("payment"));
        byte[] body = ("<paid run='" + runs.incrementAndGet() + "' as='" + made + "'/>").getBytes(UTF_8);
        return Reply.of(
                201, Map.of("Content-Type", "application/xml", "Location", "/desk/" + made, "ETag", "\"1\""), body);
    }

    @Test
    void handle_repeated_givesTheSameBytesAlsoAfterARestart() {
        try (TestEngine store = TestEngine.open(builder -> builder.directory(directory))) {
            Reply first = store.engine().guard().handle(post(store, "{\"a\":1,\"b\":2}"), this::paid);
            Reply again = store.engine().guard().handle(post(store, "{\"b\":2, \"a\":1}"), this::paid);
            store.reopen();
            Reply later = store.engine().guard().handle(post(store, "{\"a\":1,\"b\":2}"), this::paid);

            assertThat(first.status()).isEqualTo(201);
            for (Reply replay : new Reply[] {again, later}) {
                assertThat(replay.status()).isEqualTo(201);
                assertThat(replay.body()).isEqualTo(first.body());
                for (String name : new String[] {"Content-Type", "Location", "ETag"}) {
                    assertThat(replay.header(name)).isEqualTo(first.header(name));
                }
                assertThat(replay.header("Idempotent-Replayed")).isEqualTo("true");
                assertThat(replay.header("Original-Request")).isEqualTo(first.header("Request-Id"));
            }
            assertThat(store.text("/v1/requests/" + later.header("Request-Id")))
                    .contains("\"idempotency\":\"replayed\"", "\"step\":8");
            assertThat(runs).hasValue(1);
            assertThat(store.rows("resources")).isOne();
        }
    }

    @Test
    void handle_otherRequestUnderTheKey_is422() {
        try (TestEngine store = TestEngine.inMemory()) {
            Guard guard = store.engine().guard();
            Reply unused = guard.handle(post(store, "{\"a\":1}"), this::paid);

            assertThat(guard.handle(post(store, "{\"a\":2}"), this::paid).text())
                    .contains("idempotency_key_reused");
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void handle_otherPathUnderTheKey_is422HoweverItIsEncoded() {
        try (TestEngine store = TestEngine.inMemory()) {
            Call call = Call.of("POST", "/desk/%41").withKey(store.key()).withHeader("Idempotency-Key", "k");
            Call other = Call.of("POST", "/desk/%42").withKey(store.key()).withHeader("Idempotency-Key", "k");
            Reply unused = store.engine().guard().handle(call, this::paid);

            assertThat(store.engine().guard().handle(other, this::paid).status())
                    .isEqualTo(422);
        }
    }

    @Test
    void handle_bytesThatDifferInOrder_areAnotherRequest() {
        try (TestEngine store = TestEngine.inMemory()) {
            Guard guard = store.engine().guard().anyBody();
            Reply unused = guard.handle(post(store, "{\"a\":1,\"b\":2}"), this::paid);

            assertThat(guard.handle(post(store, "{\"b\":2,\"a\":1}"), this::paid)
                            .status())
                    .isEqualTo(422);
        }
    }

    @Test
    void handle_atAPathOfTheEngine_isAnotherRequestThanTheEngines() {
        try (TestEngine store = TestEngine.inMemory()) {
            Call create = Call.of("POST", "/v1/resources")
                    .withKey(store.key())
                    .withHeader("Idempotency-Key", "k")
                    .withBody("{\"name\":\"A\"}".getBytes(UTF_8));
            Reply guarded = store.engine().guard().handle(create, this::paid);

            assertThat(guarded.status()).isEqualTo(201);
            assertThat(store.engine().call(create).text()).contains("idempotency_key_reused");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 402, 404, 409})
    void handle_refusalOfTheHost_isRemembered(int status) {
        try (TestEngine store = TestEngine.inMemory()) {
            GuardedHandler refuses = request -> {
                runs.incrementAndGet();
                return Reply.of(status, Map.of(), "not json".getBytes(UTF_8));
            };
            Reply unused = store.engine().guard().handle(post(store, "{}"), refuses);
            Reply again = store.engine().guard().handle(post(store, "{}"), refuses);

            assertThat(again.status()).isEqualTo(status);
            assertThat(again.text()).isEqualTo("not json");
            assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
            assertThat(again.header("Content-Type")).isNull();
            assertThat(runs).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {412, 428, 429, 500, 503})
    void handle_replyThatPasses_leavesTheKeyFree(int status) {
        try (TestEngine store = TestEngine.inMemory()) {
            Guard guard = store.engine().guard();
            Reply first = guard.handle(post(store, "{}"), request -> Reply.of(status, Map.of(), new byte[0]));
            Reply again = guard.handle(post(store, "{}"), this::paid);

            assertThat(first.status()).isEqualTo(status);
            assertThat(again.status()).isEqualTo(201);
            assertThat(again.header("Idempotent-Replayed")).isNull();
        }
    }

    @Test
    void handle_largestReply_isRemembered() {
        try (TestEngine store = TestEngine.open(builder -> builder.directory(directory))) {
            byte[] body = new byte[128 * 1024];
            Map<String, String> headers = Map.of("X", "a".repeat(8 * 1024 - 1));
            Reply unused = store.engine().guard().handle(post(store, "{}"), request -> Reply.of(200, headers, body));
            store.reopen();

            Reply again = store.engine().guard().handle(post(store, "{}"), this::paid);

            assertThat(again.body()).isEqualTo(body);
            assertThat(again.header("X")).hasSize(8 * 1024 - 1);
        }
    }

    @Test
    void handle_twoThreadsUnderOneKey_runTheCodeOnce() throws Exception {
        try (TestEngine store = TestEngine.inMemory()) {
            CountDownLatch began = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            Guard guard = store.engine().guard();
            CompletableFuture<Reply> first =
                    CompletableFuture.supplyAsync(() -> guard.handle(post(store, "{}"), request -> {
                        began.countDown();
                        assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
                        return paid(request);
                    }));
            assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();

            Reply second = guard.handle(post(store, "{}"), this::paid);
            CompletableFuture<Reply> waiting = CompletableFuture.supplyAsync(
                    () -> guard.handle(post(store, "{}").withHeader("Prefer", "wait=30"), this::paid),
                    task -> new Thread(task).start());
            assertThat(store.status("/v1/resources")).as("no lock is held").isEqualTo(200);
            String unused = store.make("/v1/resources", "{\"name\":\"A\"}");
            goOn.countDown();

            assertThat(second.status()).isEqualTo(409);
            assertThat(second.header("Retry-After")).isEqualTo("1");
            assertThat(waiting.get(60, TimeUnit.SECONDS).body())
                    .isEqualTo(first.get(60, TimeUnit.SECONDS).body());
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void handle_engineClosesMeanwhile_repliesWithAllItsEffectsOrNone() throws Exception {
        try (TestEngine store = TestEngine.open(builder -> builder.directory(directory))) {
            CountDownLatch began = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            CompletableFuture<Reply> reply =
                    CompletableFuture.supplyAsync(() -> store.engine().guard().handle(post(store, "{}"), request -> {
                        began.countDown();
                        assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
                        return paid(request);
                    }));
            assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> closed =
                    CompletableFuture.runAsync(() -> store.engine().close(), task -> new Thread(task).start());
            goOn.countDown();
            closed.get(60, TimeUnit.SECONDS);
            int status = reply.get(60, TimeUnit.SECONDS).status();
            assertThat(store.engine()
                            .guard()
                            .handle(post(store, "{}"), this::paid)
                            .status())
                    .as("the engine is closed")
                    .isEqualTo(503);
            store.reopen();

            assertThat(status).isIn(201, 503);
            assertThat(store.rows("resources")).isEqualTo(status == 201 ? 1 : 0);
            Reply again = store.engine().guard().handle(post(store, "{}"), this::paid);
            assertThat(again.header("Idempotent-Replayed")).isEqualTo(status == 201 ? "true" : null);
            assertThat(store.rows("resources")).isOne();
        }
    }

    private Reply many(GuardedRequest request) {
        for (int i = 0; i < RESOURCES; i++) {
            String made = request.effects().create(NewResource.of("r" + i));
            String unused = request.effects().createChild(made, NewResource.of("c"));
        }
        runs.incrementAndGet();
        return Reply.of(201, Map.of(), "<done/>".getBytes(UTF_8));
    }

    @Test
    void handle_cutAnywhere_isRememberedIfAndOnlyIfItsEffectsAreThere() throws IOException {
        String key;
        CrashedDirectory crashed;
        Path live = directory.resolve("live");
        try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(live, builder))) {
            key = store.key();
            crashed = CrashedDirectory.begin(live);
            assertThat(store.engine()
                            .guard()
                            .handle(post(store, "{}"), this::many)
                            .status())
                    .isEqualTo(201);
            crashed.end();
        }
        int whole = 0;
        for (int cut = 0; cut <= CUTS; cut++) {
            Path copy = crashed.cut((double) cut / CUTS, directory.resolve("cut" + cut));
            try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(copy, builder))) {
                store.use(key);
                boolean there = store.rows("resources") == RESOURCES;
                assertThat(store.rows("resources")).isEqualTo(there ? RESOURCES : 0);
                Reply again = store.engine().guard().handle(post(store, "{}"), this::many);
                assertThat(again.header("Idempotent-Replayed")).isEqualTo(there ? "true" : null);
                assertThat(store.rows("resources")).isEqualTo(RESOURCES);
                assertThat(store.rows("children")).isEqualTo(RESOURCES);
                whole += there ? 1 : 0;
            }
        }
        assertThat(whole).isBetween(1, CUTS);
    }
}
