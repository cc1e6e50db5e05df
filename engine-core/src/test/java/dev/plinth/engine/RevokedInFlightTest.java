package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.internal.base.Times;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A right that is taken back counts from then on, also for calls that were let in before and have not changed anything yet (contract §2). */
@Timeout(180)
final class RevokedInFlightTest {
    private final CountDownLatch inHost = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private TestEngine store;
    private String workspace;
    private String key;
    private String keyId;
    private String resource;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> builder.operation("slow", operation -> {
                    inHost.countDown();
                    await(goOn);
                    operation.effects().patch(operation.resourceId(), ResourceChange.NONE.withName("changed"));
                    return OperationResult.of(Json.of("{}"));
                })
                .jobHandler("held", job -> {
                    await(goOn);
                    throw new JobFailure("no", "It never works.", false);
                }));
        workspace = store.newWorkspace("acme");
        var made = store.engine().admin().createKey(workspace, "k").call();
        keyId = made.id();
        key = made.secret().orElseThrow();
        resource = TestEngine.id(call("POST", "/v1/resources", "{\"name\":\"r\"}"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void hostOperation_keyRevokedMeanwhile_changesNothing() throws Exception {
        CompletableFuture<Reply> slow = slowCall();
        assertThat(call("DELETE", "/v1/keys/" + keyId, null).status()).isEqualTo(200);
        goOn.countDown();

        assertThat(slow.get().status()).isEqualTo(401);
        assertUnchanged();
    }

    @Test
    void hostOperation_keyDisabledMeanwhile_changesNothing() throws Exception {
        CompletableFuture<Reply> slow = slowCall();
        assertThat(call("PATCH", "/v1/keys/" + keyId, "{\"enabled\":false}").status())
                .isEqualTo(200);
        goOn.countDown();

        assertThat(slow.get().status()).isEqualTo(403);
        assertUnchanged();
    }

    @Test
    void hostOperation_scopeTakenAwayMeanwhile_changesNothing() throws Exception {
        CompletableFuture<Reply> slow = slowCall();
        narrow("resources:read");
        goOn.countDown();

        assertThat(slow.get().text()).contains("\"code\":\"insufficient_scope\"", "resources:write");
        assertUnchanged();
    }

    /** Contract §2: a refusal of these steps leaves the key free. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"enabled\":false}", "{\"scopes\":[\"resources:read\"]}"})
    void hostOperation_refusedByAChangeOfItsKey_leavesTheIdempotencyKeyFree(String change) throws Exception {
        CompletableFuture<Reply> slow = slowCall();
        assertThat(call("PATCH", "/v1/keys/" + keyId, change).status()).isEqualTo(200);
        goOn.countDown();
        assertThat(slow.get().status()).isEqualTo(403);

        Reply again = store.engine()
                .call(Call.of("POST", "/v1/resources/" + resource + "/operations/slow")
                        .withKey(store.newKey(workspace))
                        .withHeader("Idempotency-Key", "slow-1")
                        .withBody(Json.of("{\"input\":{}}")));

        assertThat(again.status()).as(again.text()).isEqualTo(200);
        assertThat(again.header("Idempotent-Replayed")).isNull();
    }

    @Test
    void lease_scopeTakenAwayWhileItWaits_jobStaysQueued() {
        CompletableFuture<Reply> waiting = submit("POST", "/v1/jobs/lease", "{\"types\":[\"elsewhere\"],\"wait\":30}");
        narrow("events:read");

        String other = store.newKey(workspace);
        store.use(other);
        String job = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}");

        assertThat(waiting.join().text()).contains("\"code\":\"insufficient_scope\"", "jobs:write");
        assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"queued\"");
    }

    @Test
    void lease_secretRotatedWhileItWaits_jobStaysQueued() {
        CompletableFuture<Reply> waiting = submit("POST", "/v1/jobs/lease", "{\"types\":[\"elsewhere\"],\"wait\":30}");
        assertThat(call("POST", "/v1/keys/" + keyId + "/rotate", "{\"graceSeconds\":0}")
                        .status())
                .isEqualTo(200);

        store.use(store.newKey(workspace));
        String job = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}");

        assertThat(waiting.join().text()).contains("\"code\":\"invalid_token\"");
        assertThat(store.text("/v1/jobs/" + job)).contains("\"status\":\"queued\"");
    }

    @Test
    void waitForAJob_keyExpiresMeanwhile_isNotShownItsEnd() {
        String job = TestEngine.id(call("POST", "/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}"));
        String ends = Times.text(store.clock.epochMillis() + 60_000);
        assertThat(call("PATCH", "/v1/keys/" + keyId, "{\"expiresAt\":\"" + ends + "\"}")
                        .status())
                .isEqualTo(200);
        CompletableFuture<Reply> waiting = submit("GET", "/v1/jobs/" + job + "?wait=30", null);
        store.clock.advance(Duration.ofSeconds(61));
        store.use(store.newKey(workspace));
        assertThat(store.call("POST", "/v1/jobs/" + job + "/cancel").status()).isEqualTo(200);

        assertThat(waiting.join().text()).contains("\"code\":\"invalid_token\"");
    }

    @Test
    void waitForAJob_scopeTakenAwayMeanwhile_isNotShownItsEnd() {
        String job = TestEngine.id(call("POST", "/v1/jobs", "{\"type\":\"held\",\"input\":{}}"));
        CompletableFuture<Reply> waiting = submit("GET", "/v1/jobs/" + job + "?wait=30", null);
        narrow("events:read");
        goOn.countDown();

        assertThat(waiting.join().text()).contains("\"code\":\"insufficient_scope\"", "jobs:read");
    }

    private CompletableFuture<Reply> submit(String method, String path, @Nullable String body) {
        Call call = Call.of(method, path).withKey(key);
        CompletableFuture<Reply> waiting = store.engine().submit(body == null ? call : call.withBody(Json.of(body)));
        assertThat(waiting).isNotDone();
        return waiting;
    }

    private void narrow(String scope) {
        assertThat(call("PATCH", "/v1/keys/" + keyId, "{\"scopes\":[\"" + scope + "\"]}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void hostOperation_workspaceSuspendedMeanwhile_changesNothing() throws Exception {
        CompletableFuture<Reply> slow = slowCall();
        store.engine().admin().suspend(workspace).call();
        goOn.countDown();

        assertThat(slow.get().text()).contains("workspace_suspended");
        store.engine().admin().activate(workspace).call();
        assertUnchanged();
    }

    @Test
    void waitingRead_keyRevokedMeanwhile_is401() throws Exception {
        String job = TestEngine.id(call("POST", "/v1/jobs", "{\"type\":\"held\",\"input\":{}}"));
        CompletableFuture<Reply> waiting = store.engine()
                .submit(Call.of("GET", "/v1/jobs/" + job + "?wait=20").withKey(key));
        assertThat(waiting.isDone()).isFalse();
        call("DELETE", "/v1/keys/" + keyId, null);
        goOn.countDown();

        assertThat(waiting.get(60, TimeUnit.SECONDS).status()).isEqualTo(401);
    }

    @Test
    void secretOfAFullKey_replayedByARestrictedOne_isRefused() {
        String restricted = Json.of(call("POST", "/v1/keys", "{\"name\":\"rk\",\"scopes\":[\"keys:write\"]}")
                        .text())
                .asMap()
                .get("secret")
                .toString();
        Call rotate = Call.of("POST", "/v1/keys/" + keyId + "/rotate").withHeader("Idempotency-Key", "rot-1");
        Reply first = store.engine().call(rotate.withKey(key));
        assertThat(first.text()).contains("\"secret\":\"sk_");

        Reply refused = store.engine().call(rotate.withKey(restricted));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text()).contains("insufficient_scope").doesNotContain("sk_");
        assertThat(store.engine().call(rotate.withKey(key)).body()).isEqualTo(first.body());
    }

    @Test
    void refusalOnASharedResource_afterTheShareIsGone_is404() {
        String owner = store.key();
        store.use(owner);
        String shared = store.make("/v1/resources", "{\"name\":\"s\"}");
        share(owner, shared, "reader");
        Call patch = Call.of("PATCH", "/v1/resources/" + shared)
                .withKey(key)
                .withHeader("Idempotency-Key", "p-1")
                .withBody(Json.of("{\"name\":\"t\"}"));
        assertThat(store.engine().call(patch).status()).isEqualTo(403);
        assertThat(store.engine().call(patch).header("Idempotent-Replayed")).isEqualTo("true");

        store.engine()
                .call(Call.of("DELETE", "/v1/resources/" + shared + "/shares/" + workspace)
                        .withKey(owner));

        assertThat(store.engine().call(patch).status()).isEqualTo(404);
    }

    private void share(String owner, String what, String role) {
        Reply shared = store.engine()
                .call(Call.of("PUT", "/v1/resources/" + what + "/shares/" + workspace)
                        .withKey(owner)
                        .withBody(Json.of("{\"role\":\"" + role + "\"}")));
        assertThat(shared.status()).as(shared.text()).isEqualTo(201);
    }

    private CompletableFuture<Reply> slowCall() {
        CompletableFuture<Reply> slow = store.engine()
                .submit(Call.of("POST", "/v1/resources/" + resource + "/operations/slow")
                        .withKey(key)
                        .withHeader("Idempotency-Key", "slow-1")
                        .withBody(Json.of("{\"input\":{}}")));
        await(inHost);
        return slow;
    }

    private void assertUnchanged() {
        String other = store.newKey(workspace);
        assertThat(store.engine()
                        .call(Call.of("GET", "/v1/resources/" + resource).withKey(other))
                        .text())
                .contains("\"name\":\"r\"", "\"version\":1");
    }

    private Reply call(String method, String path, String body) {
        Call call = Call.of(method, path).withKey(key);
        return store.engine().call(body == null ? call : call.withBody(Json.of(body)));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
