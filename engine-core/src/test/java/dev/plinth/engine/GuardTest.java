package dev.plinth.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.handler.GuardedHandler;
import dev.plinth.engine.handler.GuardedRequest;
import dev.plinth.engine.server.ByteBudget;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard lets calls in to the host's own routes by the rules of the wire, and commits their effects with the reply. */
@Timeout(120)
final class GuardTest {
    private static final int BODY_MAX = 128 * 1024;
    private static final long MORE_THAN_THE_HEAP = 1L << 50;
    private static final Reply OK = text(200, "ok");

    private final TestEngine store = TestEngine.inMemory();
    private final AtomicInteger runs = new AtomicInteger();
    private final Guard guard = store.engine().guard().route("/desk/{id}").scope(Scope.RESOURCES_WRITE);

    @AfterEach
    void close() {
        store.close();
    }

    private static Reply text(int status, String body) {
        return Reply.of(status, Map.of("Content-Type", "text/plain"), body.getBytes(UTF_8));
    }

    private Call post(String body) {
        return Call.of("POST", "/desk/7?x=1").withKey(store.key()).withBody(body.getBytes(UTF_8));
    }

    private String workspace() {
        Reply reply = guard.handle(post("{}"), request -> text(200, request.workspaceId()));
        assertThat(reply.status()).isEqualTo(200);
        return reply.text();
    }

    private Reply counted(GuardedRequest request) {
        runs.incrementAndGet();
        return OK;
    }

    @Test
    void handle_aCallIsLetIn_showsItToTheCode() {
        AtomicReference<GuardedRequest> seen = new AtomicReference<>();

        Reply reply = guard.handle(post("{\"a\":1}").withHeader("Idempotency-Key", "\"k 1\""), request -> {
            seen.set(request);
            return Reply.of(201, Map.of("Content-Type", "application/pdf", "X-Desk", "7"), "%PDF".getBytes(UTF_8));
        });

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.text()).isEqualTo("%PDF");
        assertThat(reply.headers())
                .containsEntry("Content-Type", "application/pdf")
                .containsEntry("X-Desk", "7")
                .containsEntry("Cache-Control", "no-store")
                .containsEntry("Request-Id", seen.get().requestId())
                .containsKeys("RateLimit", "RateLimit-Policy");
        assertThat(seen.get().idempotencyKey()).contains("k 1");
        assertThat(seen.get().keyId()).startsWith("key_");
        assertThat(seen.get().workspaceId()).startsWith("ws_");
        assertThat(seen.get().call().path()).isEqualTo("/desk/7");
        assertThat(seen.get().call().query()).isEqualTo("x=1");
        assertThat(seen.get().call().body()).asString(UTF_8).isEqualTo("{\"a\":1}");
        assertThat(store.text("/v1/requests/" + seen.get().requestId()))
                .contains("\"route\":\"/desk/{id}\"", "\"path\":\"/desk/7\"", "\"status\":201", "\"step\":14")
                .contains("\"idempotency\":\"executed\"");
        assertThat(store.engine().call(Call.of("GET", "/metrics")).text()).contains("route=\"/desk/{id}\"");
    }

    @Test
    void handle_replyOfTheHostSaysHowItIsCached_keepsThat() {
        Reply reply = guard.handle(
                Call.of("GET", "/desk/7").withKey(store.key()),
                request -> Reply.of(200, Map.of("cache-control", "max-age=60"), new byte[0]));

        assertThat(reply.headers()).containsEntry("cache-control", "max-age=60").doesNotContainKey("Cache-Control");
    }

    @Test
    void handle_noKeyOrAWrongOne_is401AndRunsNothing() {
        Reply none = guard.handle(Call.of("POST", "/desk/7"), this::counted);
        Reply wrong = guard.handle(Call.of("POST", "/desk/7").withKey("sk_live_wrong"), this::counted);

        assertThat(none.status()).isEqualTo(401);
        assertThat(none.text()).contains("\"unauthenticated\"");
        assertThat(wrong.text()).contains("\"invalid_token\"");
        assertThat(wrong.headers()).containsKey("WWW-Authenticate");
        assertThat(runs).hasValue(0);
    }

    @Test
    void handle_workspaceIsSuspended_is403() {
        String workspace = store.newWorkspace("other");
        store.use(store.newKey(workspace));
        store.engine().admin().suspend(workspace).call();

        assertThat(guard.handle(post("{}"), this::counted).text()).contains("\"workspace_suspended\"");
        assertThat(runs).hasValue(0);
    }

    @Test
    void handle_workspaceIsSuspendedWhileTheCodeRuns_changesNothing() {
        String workspace = store.newWorkspace("other");
        store.use(store.newKey(workspace));

        Reply reply = guard.handle(post("{}"), request -> {
            String unused = request.effects().create(NewResource.of("A"));
            store.engine().admin().suspend(workspace).call();
            return OK;
        });

        assertThat(reply.text()).contains("\"workspace_suspended\"");
        assertThat(store.rows("resources")).isZero();
    }

    @Test
    void handle_keyWithoutTheScope_is403AndNamesIt() {
        String workspace = store.newWorkspace("other");
        store.use(store.engine()
                .admin()
                .createKey(workspace, NewKey.of("reader").withScopes(Scope.RESOURCES_READ))
                .call()
                .secret()
                .orElseThrow());

        Reply reply = guard.handle(post("{}"), this::counted);

        assertThat(reply.text()).contains("\"insufficient_scope\"");
        assertThat(reply.header("WWW-Authenticate")).contains("scope=\"resources:write\"");
        assertThat(guard.scope(Scope.RESOURCES_READ)
                        .handle(post("{}"), this::counted)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void handle_quotaIsUsedUp_is429WithRetryAfter() {
        String workspace = store.engine()
                .admin()
                .createWorkspace("small", "starter")
                .call()
                .id();
        store.use(store.newKey(workspace));
        Guard costly = guard.units(30);

        assertThat(costly.handle(post("{}"), this::counted).status()).isEqualTo(200);
        assertThat(costly.handle(post("{}"), this::counted).status()).isEqualTo(200);
        Reply third = costly.handle(post("{}"), this::counted);

        assertThat(third.status()).isEqualTo(429);
        assertThat(third.headers()).containsKey("Retry-After");
        assertThat(runs).hasValue(2);
    }

    @Test
    void handle_codeFails_givesItsUnitsBack() {
        String workspace = store.engine()
                .admin()
                .createWorkspace("small", "starter")
                .call()
                .id();
        store.use(store.newKey(workspace));

        Reply failed = guard.units(30).handle(post("{}"), request -> text(503, "later"));

        assertThat(failed.status()).isEqualTo(503);
        assertThat(failed.header("RateLimit")).isEqualTo("\"starter\";r=60;t=0");
    }

    @Test
    void handle_bodyBreaksTheRules_isRefusedBeforeTheCode() {
        assertThat(guard.bodyBytesMax(10)
                        .handle(post("{\"a\":12345}"), this::counted)
                        .status())
                .isEqualTo(413);
        assertThat(guard.handle(post("{\"a\":"), this::counted).status()).isEqualTo(400);
        Call other = post("plain").withHeader("Content-Type", "text/plain");
        assertThat(guard.handle(other, this::counted).status()).isEqualTo(415);
        Call coded = post("{}").withHeader("Content-Encoding", "gzip");
        assertThat(guard.anyBody().handle(coded, this::counted).status()).isEqualTo(415);
        assertThat(guard.requiresKey().handle(post("{}"), this::counted).text()).contains("idempotency_key_missing");
        Call badKey = post("{}").withHeader("Idempotency-Key", "\u00e4");
        assertThat(guard.handle(badKey, this::counted).text()).contains("idempotency_key_invalid");
        assertThat(runs).hasValue(0);
        assertThat(guard.anyBody().handle(other, this::counted).status()).isEqualTo(200);
        assertThat(guard.handle(post(""), this::counted).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "TRACE", "post"})
    void handle_otherMethod_is405(String method) {
        Reply reply = guard.handle(Call.of(method, "/desk/7").withKey(store.key()), this::counted);

        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.header("Allow")).isEqualTo("GET, HEAD, POST, PUT, PATCH, DELETE");
        assertThat(runs).hasValue(0);
    }

    @Test
    void handle_bodyOfAStream_isReadOnlyIfTheCallIsLetIn() throws IOException {
        InputStream none = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the client has gone");
            }
        };

        assertThat(guard.handle(Call.of("POST", "/desk/7"), none, this::counted).status())
                .isEqualTo(401);
        assertThatThrownBy(() -> guard.handle(post(""), none, this::counted)).isInstanceOf(IOException.class);
        assertThat(runs).hasValue(0);
        ByteArrayInputStream body = new ByteArrayInputStream("[1,2]".getBytes(UTF_8));
        Reply echo = guard.handle(
                post(""),
                body,
                request -> Reply.of(200, Map.of(), request.call().body()));
        assertThat(echo.text()).isEqualTo("[1,2]");
        assertThat(guard.bodyBytesMax(4)
                        .handle(post(""), new ByteArrayInputStream("[1,2]".getBytes(UTF_8)), this::counted)
                        .status())
                .isEqualTo(413);
    }

    @Test
    void handle_effects_areCommittedWithTheReplyAndLogged() {
        Reply reply = guard.handle(post("{}"), request -> {
            String made = request.effects().create(NewResource.of("A"));
            request.effects()
                    .publish(NewEvent.of("desk.opened", Json.EMPTY_OBJECT).about(made));
            String unused = request.effects().startJob("print", Json.EMPTY_OBJECT);
            assertThat(request.workspace().resources().list().call().data()).isEmpty();
            return text(200, made);
        });

        assertThat(store.status("/v1/resources/" + reply.text())).isEqualTo(200);
        assertThat(store.rows("jobs")).isOne();
        assertThat(store.text("/v1/events?type=desk.*")).contains("desk.opened");
        assertThat(store.text("/v1/requests/" + reply.header("Request-Id"))).contains("evt_", "job_");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 429, 500, 503})
    void handle_replyIsARefusal_hasNoEffects(int status) {
        Reply reply = guard.handle(post("{}"), request -> {
            String unused = request.effects().create(NewResource.of("A"));
            return text(status, "no");
        });

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.text()).isEqualTo("no");
        assertThat(store.rows("resources")).isZero();
    }

    @Test
    void handle_codeThrows_is500WithoutATraceAndChangesNothing() {
        try (CapturedLog log = CapturedLog.open()) {
            Reply reply = guard.handle(post("{}").withHeader("Idempotency-Key", "k"), request -> {
                String unused = request.effects().create(NewResource.of("A"));
                throw new IOException("the printer is on fire");
            });

            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.text()).contains("\"internal_error\"").doesNotContain("printer", "Exception", "\\tat ");
            assertThat(log.lines()).anyMatch(line -> line.contains(reply.header("Request-Id")));
        }
        assertThat(store.rows("resources")).isZero();
        assertThat(guard.handle(post("{}").withHeader("Idempotency-Key", "k"), this::counted)
                        .status())
                .as("the key is free")
                .isEqualTo(200);
    }

    static Stream<Reply> repliesThatCannotBeSent() {
        return Stream.of(
                text(199, ""),
                text(600, ""),
                text(204, "x"),
                text(304, "x"),
                Reply.of(200, Map.of(), new byte[BODY_MAX + 1]),
                Reply.of(200, Map.of(), new byte[0]).withRest(() -> new CompletableFuture<>()),
                OK.with("Set-Cookie", "a=b"),
                OK.with("connection", "close"),
                OK.with("Transfer-Encoding", "chunked"),
                OK.with("Content-Length", "2"),
                OK.with("Request-Id", "req_1"),
                OK.with("RateLimit", "r=1"),
                OK.with("content-type", "text/html"),
                OK.with("X\r\nY", "a"),
                OK.with("", "a"),
                OK.with("X", "a\r\nSet-Cookie: b=c"),
                OK.with("X", "\u00e4"),
                OK.with("X", "a".repeat(8 * 1024)),
                Reply.of(
                        200,
                        IntStream.range(0, 33).boxed().collect(Collectors.toMap(n -> "X-" + n, String::valueOf)),
                        new byte[0]));
    }

    @ParameterizedTest
    @MethodSource("repliesThatCannotBeSent")
    void handle_replyCannotBeSent_is500AndChangesNothing(Reply bad) {
        try (CapturedLog log = CapturedLog.open()) {
            Reply reply = guard.handle(post("{}"), request -> {
                String unused = request.effects().create(NewResource.of("A"));
                return bad;
            });

            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.text()).contains("\"retryable\":false");
            assertThat(log.lines()).anyMatch(line -> line.contains("/desk/{id}"));
        }
        assertThat(store.rows("resources")).isZero();
    }

    @Test
    void handle_noReply_is500() {
        try (CapturedLog log = CapturedLog.open()) {
            assertThat(guard.handle(post("{}"), request -> null).status()).isEqualTo(500);
            assertThat(log.lines()).isNotEmpty();
        }
    }

    @Test
    void handle_longReplyToARead_isAnswered() {
        Call get = Call.of("GET", "/desk/7").withKey(store.key());

        assertThat(guard.handle(get, request -> Reply.of(200, Map.of(), new byte[4 * 1024 * 1024]))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void handle_effectOnAnotherWorkspacesResource_is404AndChangesNothing() {
        String resource = store.make("/v1/resources", "{\"name\":\"A\"}");
        store.use(store.newKey(store.newWorkspace("other")));

        Reply reply = guard.handle(post("{}"), request -> {
            String unused = request.effects().create(NewResource.of("B"));
            request.effects().patch(resource, ResourceChange.NONE.withName("C"));
            return OK;
        });

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.text()).doesNotContain(resource);
        assertThat(store.rows("resources")).isOne();
    }

    @Test
    void handle_moreEffectsThanARecordHolds_isRefusedAndChangesNothing() {
        Json large = Json.of("{\"a\":\"" + "x".repeat(60_000) + "\"}");

        try (CapturedLog log = CapturedLog.open()) {
            Reply reply = guard.handle(post("{}"), request -> {
                for (int i = 0; i < 100; i++) {
                    String unused = request.effects().create(NewResource.of("A").withData(large));
                }
                return OK;
            });

            assertThat(reply.status()).isEqualTo(422);
            assertThat(reply.text()).contains("more than one record", "nothing was changed");
            assertThat(log.lines()).isEmpty();
        }
        assertThat(store.rows("resources")).isZero();
    }

    /** A key remembers the reply in the record of the effects, which then holds fewer of them. */
    @Test
    void handle_withoutAKey_effectsHaveTheRoomOfTheReply() {
        Json large = Json.of("{\"a\":\"" + "x".repeat(40_000) + "\"}");
        List<Integer> statuses = new ArrayList<>();
        for (int count = 80; !statuses.equals(List.of(422, 200)); count--) {
            int effects = count;
            GuardedHandler handler = request -> {
                for (int i = 0; i < effects; i++) {
                    String unused = request.effects().create(NewResource.of("A").withData(large));
                }
                return Reply.of(200, Map.of(), new byte[BODY_MAX]);
            };
            assertThat(count).as("fewer would need no room of the reply").isGreaterThan(50);
            statuses.clear();
            statuses.add(guard.handle(post("{}").withHeader("Idempotency-Key", "k" + count), handler)
                    .status());
            statuses.add(guard.handle(post("{}"), handler).status());
        }
    }

    @Test
    void handle_aRead_hasNoKeyAndRunsEachTime() {
        Call get = Call.of("GET", "/desk/7").withKey(store.key()).withHeader("Idempotency-Key", "k");
        List<Optional<String>> keys = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Reply reply = guard.handle(get, request -> {
                keys.add(request.idempotencyKey());
                return OK;
            });
            assertThat(reply.headers()).doesNotContainKey("Idempotent-Replayed");
            assertThat(store.text("/v1/requests/" + reply.header("Request-Id")))
                    .doesNotContain("\"idempotencyKey\"", "\"idempotency\"");
        }

        assertThat(keys).containsExactly(Optional.empty(), Optional.empty());
        assertThat(guard.handle(get.withHeader("Idempotency-Key", ""), this::counted)
                        .status())
                .as("the header of a read does not matter")
                .isEqualTo(200);
    }

    @Test
    void handle_noMemoryForTheValues_is503AndRunsNothing() {
        ByteBudget values = store.engine().guard().budgets().values();
        Call many = post("[1" + ",1".repeat(5_000) + "]");
        ByteBudget.Share others = values.share(this::workspace);
        others.takeAnyway(MORE_THAN_THE_HEAP);

        Reply reply = guard.handle(many, this::counted);

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.text()).contains("\"capacity_exhausted\"", "is used up");
        assertThat(reply.headers()).containsKey("Retry-After");
        assertThat(runs).hasValue(0);
        others.close();
        assertThat(guard.handle(many, this::counted).status()).isEqualTo(200);
        assertThat(values.inFlight()).isZero();
    }

    @Test
    void handle_noMemoryForTheBytes_is503AndReadsNoMoreOfThem() throws IOException {
        ByteBudget bodies = store.engine().guard().budgets().bodies();
        Guard uploads = guard.anyBody();
        Call head = Call.of("POST", "/desk/7").withKey(store.key());
        byte[] body = new byte[200 * 1024];
        ByteBudget.Share others = bodies.share(this::workspace);
        others.takeAnyway(MORE_THAN_THE_HEAP);
        ByteArrayInputStream sent = new ByteArrayInputStream(body);

        Reply reply = uploads.handle(head, sent, this::counted);

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.text()).contains("Too many bytes of bodies are in flight");
        assertThat(sent.available()).isGreaterThan(100 * 1024);
        assertThat(runs).hasValue(0);
        others.close();
        Reply whole = uploads.handle(
                head,
                new ByteArrayInputStream(body),
                request -> text(200, Integer.toString(request.call().body().length)));
        assertThat(whole.text()).isEqualTo(Integer.toString(body.length));
        assertThat(bodies.inFlight()).isZero();
    }

    @Test
    void close_whileAGuardedCallRuns_waitsForItsCommit() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Reply> reply = CompletableFuture.supplyAsync(() -> guard.handle(post("{}"), request -> {
            String unused = request.effects().create(NewResource.of("A"));
            began.countDown();
            assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
            return OK;
        }));
        assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();

        store.engine().beginDrain();
        goOn.countDown();

        assertThat(reply.get(60, TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(store.rows("resources")).isOne();
        assertThat(guard.handle(post("{}"), this::counted).text()).contains("\"shutting_down\"");
        assertThat(runs).hasValue(0);
    }

    @Test
    void handle_effectsAfterTheReply_areRefused() {
        AtomicReference<GuardedRequest> late = new AtomicReference<>();
        Reply unused = guard.handle(post("{}"), request -> {
            late.set(request);
            return OK;
        });

        assertThatThrownBy(() -> late.get().effects().create(NewResource.of("A")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void handle_codeCallsTheEngine_isCommittedOnItsOwn() {
        Reply reply = guard.handle(post("{}"), request -> {
            Resource made =
                    request.workspace().resources().create(NewResource.of("A")).call();
            return text(200, made.id());
        });

        assertThat(store.status("/v1/resources/" + reply.text())).isEqualTo(200);
    }

    @Test
    void handle_engineRefusesACallOfTheCode_passesItsProblemOn() {
        Reply reply = guard.handle(post("{}").withHeader("Idempotency-Key", "k"), request -> {
            String unused = request.effects().create(NewResource.of("A"));
            throw new IllegalStateException(
                    request.workspace().resources().get("res_1").call().name());
        });

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.text()).contains("\"not_found\"", reply.header("Request-Id"));
        assertThat(store.rows("resources")).isZero();
        assertThat(store.text("/v1/requests/" + reply.header("Request-Id"))).contains("\"code\":\"not_found\"");
        assertThat(guard.handle(post("{}").withHeader("Idempotency-Key", "k"), this::counted)
                        .status())
                .as("it is remembered")
                .isEqualTo(404);
    }

    @Test
    void handle_codeMeetsAWrongKey_is500() {
        try (CapturedLog log = CapturedLog.open()) {
            Reply reply = guard.handle(post("{}"), request -> {
                store.engine().client("sk_live_wrong").resources().list().call();
                return OK;
            });

            assertThat(reply.status()).isEqualTo(500);
            assertThat(log.lines()).isNotEmpty();
        }
    }

    @Test
    void settings_outsideTheirBounds_areRefusedWithTheLimit() {
        assertThatThrownBy(() -> guard.units(1_001)).hasMessageContaining("0 to 1000 units, got 1001");
        assertThatThrownBy(() -> guard.bodyBytesMax(0)).hasMessageContaining("1 to 4194304 bytes, got 0");
        assertThatThrownBy(() -> guard.route("desk")).hasMessageContaining("must begin with /");
        assertThatThrownBy(() -> guard.route("/a b")).hasMessageContaining("printable");
    }
}
