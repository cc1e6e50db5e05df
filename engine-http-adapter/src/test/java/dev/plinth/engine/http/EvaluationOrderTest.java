package dev.plinth.engine.http;

import static dev.plinth.engine.http.WireRequest.get;
import static dev.plinth.engine.http.WireRequest.patch;
import static dev.plinth.engine.http.WireRequest.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.client.PlinthClient;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of evaluation (contract §2): what violates two steps gets the earlier one's answer. One test for each pair of steps. */
class EvaluationOrderTest {
    private static final String NOWHERE = "/v1/resources/res_00000000000000000000000000";
    private static final String OVERSIZED = " ".repeat(256 * 1024 + 1);

    private final AtomicInteger runs = new AtomicInteger();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private LiveServer server;
    private String workspace;
    private String keyId;
    private String key;
    private PlinthClient client;
    private String resource;

    @BeforeEach
    void start() {
        server = LiveServer.start(builder -> builder.operation("count", operation -> {
                    runs.incrementAndGet();
                    return OperationResult.of(Json.EMPTY_OBJECT);
                })
                .operation("wait", operation -> {
                    started.countDown();
                    await(mayEnd);
                    return OperationResult.of(Json.EMPTY_OBJECT);
                }));
        workspace = server.workspace("starter");
        ApiKey created = server.engine().admin().createKey(workspace, "test").call();
        keyId = created.id();
        key = created.secret().orElseThrow();
        client = server.engine().client(key);
        resource = "/v1/resources/" + client.resources().create("one").call().id();
    }

    @AfterEach
    void stop() {
        mayEnd.countDown();
        server.close();
    }

    @Test
    void step1And2Before3_unknownRouteWithoutCredential_404WithARequestId() throws IOException {
        ProblemReply.of(server.send(get("/v1/nothing")), 404, "route_not_found");
    }

    @Test
    void step2Before3_wrongMethodWithoutCredential_405() throws IOException {
        ProblemReply.of(server.send(WireRequest.of("DELETE", "/v1/resources")), 405, "method_not_allowed");
    }

    @Test
    void step3Before4_revokedKeyOfASuspendedWorkspace_401() throws IOException {
        revoke();
        suspend();

        ProblemReply.of(send(get(resource)), 401, "invalid_token");
    }

    @Test
    void step3Before5_revokedKeyOfAnExhaustedWorkspace_401() throws IOException {
        String other = server.key(workspace);
        revoke();
        exhaust(other);

        RawReply reply = send(get(resource));

        ProblemReply.of(reply, 401, "invalid_token");
        assertThat(reply.header("ratelimit")).isNull();
    }

    @Test
    void step4Before5_suspendedAndExhausted_403() throws IOException {
        exhaust();
        suspend();

        RawReply reply = send(get(resource));

        ProblemReply.of(reply, 403, "workspace_suspended");
        assertThat(reply.header("ratelimit")).isNull();
    }

    @Test
    void step4Before5_disabledKeyAndExhausted_403() throws IOException {
        String other = server.key(workspace);
        send(patch("/v1/keys/" + keyId, "{\"enabled\":false}").withKey(other));
        exhaust(other);

        ProblemReply.of(send(get(resource)), 403, "forbidden");
    }

    @Test
    void step5Before6_exhaustedAndOversized_429() throws IOException {
        exhaust();

        RawReply reply = send(post("/v1/resources", OVERSIZED));

        ProblemReply.of(reply, 429, "rate_limited");
        assertThat(reply.header("retry-after")).isEqualTo("1");
        assertThat(reply.header("ratelimit")).isEqualTo("\"starter\";r=0;t=1");
    }

    @Test
    void step5Before6_exhaustedAndOfAnotherMedium_429() throws IOException {
        exhaust();

        ProblemReply.of(send(form()), 429, "rate_limited");
    }

    @Test
    void step5Before8_exhaustedAndAReplay_429() throws IOException {
        WireRequest create = post("/v1/resources", "{\"name\":\"a\"}").with("Idempotency-Key", "k");
        assertThat(send(create).status()).isEqualTo(201);
        exhaust();

        ProblemReply.of(send(create), 429, "rate_limited");
    }

    @Test
    void step6Before6_oversizedAndOfAnotherMedium_413() throws IOException {
        ProblemReply.of(send(form().withBody(OVERSIZED)), 413, "payload_too_large");
    }

    @Test
    void step6Before7_oversizedWithoutTheScope_413() throws IOException {
        ProblemReply.of(sendReading(post("/v1/resources", OVERSIZED)), 413, "payload_too_large");
    }

    /** It says that it is something else, but by its grammar it is JSON: then it is judged as JSON. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"x\",\"name\":\"y\"}",
                "{\"name\":\"\\ud800\"}",
                "{\"name\":\"x\",\"data\":{\"n\":1e123456789}}"
            })
    void step9_ofAnotherMediumButJsonThatIsNotTaken_400(String body) throws IOException {
        ProblemReply.of(
                send(post("/v1/resources", body).with("Content-Type", "application/x-www-form-urlencoded")),
                400,
                "malformed_request");
    }

    @Test
    void step6Before7_ofAnotherMediumWithoutTheScope_415() throws IOException {
        ProblemReply.of(sendReading(form()), 415, "unsupported_media_type");
    }

    @Test
    void step7Before8_withoutTheScopeAndTheIdempotencyKeyInvalid_403() throws IOException {
        RawReply reply = sendReading(post("/v1/resources", "{\"name\":\"a\"}").with("Idempotency-Key", ""));

        ProblemReply.of(reply, 403, "insufficient_scope");
        assertThat(reply.header("www-authenticate"))
                .isEqualTo("Bearer realm=\"plinth\", error=\"insufficient_scope\", scope=\"resources:write\"");
    }

    @Test
    void step7Before9_withoutTheScopeAndMalformed_403() throws IOException {
        ProblemReply.of(sendReading(post("/v1/resources", "{")), 403, "insufficient_scope");
    }

    @Test
    void step8Before9_idempotencyKeyInvalidAndMalformed_400OfTheKey() throws IOException {
        RawReply reply = send(post("/v1/resources", "{").with("Idempotency-Key", "k".repeat(256)));

        ProblemReply.of(reply, 400, "idempotency_key_invalid");
    }

    @Test
    void step8Before9_twoIdempotencyKeysAndMalformed_400OfTheHeader() throws IOException {
        RawReply reply =
                send(post("/v1/resources", "{").with("Idempotency-Key", "one").with("idempotency-key", "two"));

        ProblemReply.of(reply, 400, "idempotency_key_invalid");
        assertThat(reply.text()).contains("Idempotency-Key was sent more than once");
    }

    @Test
    void step8_idempotencyKeyWithACommaOnce_isOneKey() throws IOException {
        WireRequest create = post("/v1/resources", "{\"name\":\"a\"}").with("Idempotency-Key", "one, two");

        assertThat(send(create).status()).isEqualTo(201);
        assertThat(send(create).header("idempotent-replayed")).isEqualTo("true");
    }

    @Test
    void step8Before9_idempotencyKeyReusedAndMalformed_422OfTheKey() throws IOException {
        send(post("/v1/resources", "{\"name\":\"a\"}").with("Idempotency-Key", "k"));

        RawReply reply = send(post("/v1/resources", "{").with("Idempotency-Key", "k"));

        ProblemReply.of(reply, 422, "idempotency_key_reused");
    }

    @Test
    void step8Before12_idempotencyKeyInUseAndPaused_409OfTheKey() throws Exception {
        WireRequest operate = post(resource + "/operations/wait", "{}").with("Idempotency-Key", "k");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<RawReply> first = thread.submit(() -> send(operate));
            await(started);
            send(post(resource + "/pause", ""));

            RawReply second = send(operate);

            assertThat(second.text()).contains("\"code\":\"idempotency_key_in_use\"", "\"retryable\":true");
            assertThat(second.header("retry-after")).isEqualTo("1");
            mayEnd.countDown();
            ProblemReply.of(first.get(), 409, "resource_paused");
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void step9Before9_parameterUnknownAndInvalid_400() throws IOException {
        ProblemReply.of(send(post("/v1/resources?x=1", "{\"name\":1}")), 400, "parameter_invalid");
    }

    @Test
    void step9Before9_parameterUnknownAndNoObject_400() throws IOException {
        ProblemReply.of(send(post("/v1/resources?x=1", "[]")), 400, "parameter_invalid");
    }

    @Test
    void step9Before10_malformedForNoResource_400() throws IOException {
        ProblemReply.of(send(patch(NOWHERE, "{")), 400, "malformed_request");
    }

    @Test
    void step9Before10_invalidForNoResource_422() throws IOException {
        ProblemReply.of(send(patch(NOWHERE, "{\"name\":1}")), 422, "validation_failed");
    }

    @Test
    void step10Before10_noChildOfAResourceThatMayOnlyBeRead_404() throws IOException {
        String reader = reader();
        String child = resource + "/children/sub_00000000000000000000000000";

        ProblemReply.of(server.send(patch(child, "{\"name\":\"b\"}").withKey(reader)), 404, "not_found");
    }

    @Test
    void step10Before11_noResourceAndAnotherVersion_404() throws IOException {
        ProblemReply.of(send(otherVersion(patch(NOWHERE, "{\"name\":\"b\"}"))), 404, "not_found");
    }

    @Test
    void step10Before11_readerAndAnotherVersion_403() throws IOException {
        String reader = reader();

        RawReply reply =
                server.send(otherVersion(patch(resource, "{\"name\":\"b\"}")).withKey(reader));

        ProblemReply.of(reply, 403, "forbidden");
    }

    @Test
    void step10Before12_readerAndArchived_403() throws IOException {
        String reader = reader();
        send(post(resource + "/archive", ""));

        ProblemReply.of(server.send(patch(resource, "{\"name\":\"b\"}").withKey(reader)), 403, "forbidden");
    }

    @Test
    void step11Before12_anotherVersionAndArchived_412() throws IOException {
        send(post(resource + "/archive", ""));

        ProblemReply.of(send(otherVersion(patch(resource, "{\"name\":\"b\"}"))), 412, "precondition_failed");
        ProblemReply.of(send(otherVersion(post(resource + "/pause", ""))), 412, "precondition_failed");
    }

    @Test
    void step11Before12_anotherVersionAndNotArchived_412() throws IOException {
        ProblemReply.of(send(otherVersion(WireRequest.of("DELETE", resource))), 412, "precondition_failed");
    }

    @Test
    void step12Before13_paused_409AndTheOperationNeverRuns() throws IOException {
        send(post(resource + "/pause", ""));

        ProblemReply.of(send(post(resource + "/operations/count", "{}")), 409, "resource_paused");
        assertThat(runs).hasValue(0);
    }

    @Test
    void step13Before14_answered_isThereForTheNextReader() throws IOException {
        send(patch(resource, "{\"name\":\"seen\"}"));

        assertThat(send(get(resource)).text()).contains("\"name\":\"seen\"");
        assertThat(send(get("/v1/events?limit=1")).text()).contains("resource.updated", "\"name\":\"seen\"");
    }

    private RawReply send(WireRequest request) throws IOException {
        return server.send(request.headers().containsKey("Authorization") ? request : request.withKey(key));
    }

    /** Sends with a key that may read resources only. */
    private RawReply sendReading(WireRequest request) throws IOException {
        return server.send(request.withKey(server.key(workspace, "resources:read")));
    }

    private static WireRequest form() {
        return post("/v1/resources", "name=a").with("Content-Type", "application/x-www-form-urlencoded");
    }

    private static WireRequest otherVersion(WireRequest request) {
        return request.with("If-Match", "\"v99\"");
    }

    private void exhaust() {
        exhaust(key);
    }

    private void exhaust(String other) {
        PlinthClient spender = server.engine().client(other);
        for (long left = spender.rateLimit().call().remaining(); left > 0; left--) {
            spender.workspace().call();
        }
    }

    private void suspend() {
        server.engine().admin().suspend(workspace).call();
    }

    private void revoke() {
        client.keys().revoke(keyId).call();
    }

    /** The key of another workspace that the resource is shared with, to read. */
    private String reader() throws IOException {
        String other = server.workspace("pro");
        WireRequest share = WireRequest.of("PUT", resource + "/shares/" + other).withBody("{\"role\":\"reader\"}");
        assertThat(send(share).status()).isEqualTo(201);
        return server.key(other);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected to be told, but was interrupted", e);
        }
    }
}
