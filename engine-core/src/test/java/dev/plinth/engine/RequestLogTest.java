package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.client.PlinthClient;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The request log (contract §10): what a workspace sees of its last requests. */
final class RequestLogTest {
    @Test
    void request_thatMadeSomething_namesItsEventAndItsKey() {
        try (TestEngine store = TestEngine.inMemory()) {
            Reply made = store.keyed("\"k-1\"", "POST", "/v1/resources?", "{\"name\":\"R\"}");

            Reply shown = store.call("GET", "/v1/requests/" + id(made));

            assertThat(shown.status()).as(shown.text()).isEqualTo(200);
            String event = TestEngine.id(store.call("GET", "/v1/events?limit=1"));
            String key = TestEngine.id(store.call("GET", "/v1/keys"));
            assertThat(shown.text().replaceAll("\"durationMicros\":\\d+", "\"durationMicros\":0"))
                    .isEqualTo("{\"id\":\"" + id(made) + "\",\"method\":\"POST\",\"route\":\"/v1/resources\","
                            + "\"path\":\"/v1/resources\",\"status\":201,\"step\":14,\"keyId\":\"" + key
                            + "\",\"idempotencyKey\":\"k-1\",\"idempotency\":\"executed\",\"units\":1,\"durationMicros\":0,"
                            + "\"createdAt\":\"2026-01-01T00:00:00.000Z\",\"caused\":{\"events\":[\"" + event
                            + "\"],\"jobs\":[]}}");
        }
    }

    @Test
    void request_replayedMismatchedOrUnused_saysSo() {
        try (TestEngine store = TestEngine.inMemory()) {
            String body = "{\"name\":\"R\"}";
            Reply first = store.keyed("k", "POST", "/v1/resources", body);
            Reply again = store.keyed("k", "POST", "/v1/resources", body);
            Reply other = store.keyed("k", "POST", "/v1/resources", "{\"name\":\"S\"}");
            Reply wrong = store.keyed("w", "POST", "/v1/resources", "{}");
            Reply without = store.call("POST", "/v1/resources", body);
            Reply refused = store.keyed("d", "DELETE", "/v1/resources/" + TestEngine.id(first), "{}");
            Reply refusedAgain = store.keyed("d", "DELETE", "/v1/resources/" + TestEngine.id(first), "{}");

            assertThat(shown(store, first)).contains("\"idempotency\":\"executed\"");
            assertThat(shown(store, again))
                    .contains("\"status\":201", "\"idempotency\":\"replayed\"", "\"events\":[]")
                    .doesNotContain("\"code\"");
            assertThat(shown(store, other))
                    .contains("\"status\":422", "\"code\":\"idempotency_key_reused\"", "\"idempotency\":\"mismatch\"");
            assertThat(shown(store, wrong))
                    .contains("\"code\":\"validation_failed\"", "\"idempotencyKey\":\"w\"")
                    .doesNotContain("\"idempotency\":");
            assertThat(shown(store, without)).doesNotContain("idempotency");
            assertThat(shown(store, refused))
                    .contains("\"code\":\"invalid_transition\"", "\"idempotency\":\"executed\"", "\"events\":[]");
            assertThat(shown(store, refusedAgain))
                    .contains("\"code\":\"invalid_transition\"", "\"idempotency\":\"replayed\"");
        }
    }

    @Test
    void request_whileItsTwinRuns_isInUse() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (TestEngine store = TestEngine.open(builder -> builder.operation("slow", operation -> {
            inside.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return OperationResult.of(Json.EMPTY_OBJECT);
        }))) {
            String path = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"R\"}") + "/operations/slow";
            CompletableFuture<Reply> first =
                    CompletableFuture.supplyAsync(() -> store.keyed("k", "POST", path, "{\"input\":{}}"));
            inside.await();
            Reply twin = store.keyed("k", "POST", path, "{\"input\":{}}");
            assertThat(store.text("/v1/requests")).doesNotContain("\"idempotency\":\"executed\"");
            goOn.countDown();

            assertThat(first.get().status()).isEqualTo(200);
            assertThat(shown(store, twin)).contains("\"status\":409", "\"idempotency\":\"in_use\"");
            assertThat(shown(store, first.get()))
                    .contains("\"route\":\"/v1/resources/{id}/operations/{name}\"", "\"path\":\"" + path + "\"");
        }
    }

    @Test
    void request_thatStartsAJob_namesTheJob() {
        try (TestEngine store = TestEngine.inMemory()) {
            Reply accepted = store.call("POST", "/v1/jobs", "{\"type\":\"t\",\"input\":{},\"uniqueKey\":\"u\"}");
            Reply deduplicated = store.call("POST", "/v1/jobs", "{\"type\":\"t\",\"input\":{},\"uniqueKey\":\"u\"}");
            assertThat(shown(store, accepted)).contains("\"jobs\":[\"" + TestEngine.id(accepted) + "\"]");
            assertThat(shown(store, deduplicated)).contains("\"jobs\":[]");
        }
    }

    @Test
    void requests_refusedOnTheWay_areThereWithTheirCode() {
        try (TestEngine store = TestEngine.inMemory()) {
            String full = store.key();
            ApiKey reader = store.engine()
                    .client(full)
                    .keys()
                    .create(NewKey.of("reader").withScopes(Scope.EVENTS_READ))
                    .call();
            store.use(reader.secret().orElseThrow());
            Reply lacking = store.call("POST", "/v1/resources", "{\"name\":\"R\"}");
            store.use(full);
            Reply malformed = store.engine()
                    .call(Call.of("POST", "/v1/resources").withKey(full).withBody(new byte[] {'{'}));
            Reply absent = store.call("HEAD", "/v1/resources/" + "r".repeat(2_000));

            assertThat(shown(store, lacking))
                    .contains("\"status\":403", "\"code\":\"insufficient_scope\"", "\"keyId\":\"" + reader.id() + "\"");
            assertThat(shown(store, malformed)).contains("\"code\":\"malformed_request\"");
            assertThat(shown(store, absent))
                    .contains("\"method\":\"HEAD\"", "\"code\":\"not_found\"", "r\",\"status\":404")
                    .hasSizeLessThan(1_100);
            assertThat(store.text("/v1/requests")).contains(id(lacking), id(malformed), id(absent));
        }
    }

    @Test
    void requests_ofNoWorkspace_areInNoLog() {
        try (TestEngine store = TestEngine.inMemory()) {
            Reply nobody = store.engine().call(Call.of("GET", "/v1/resources"));
            Reply wrongKey = store.engine().call(Call.of("GET", "/v1/resources").withKey(store.key() + "x"));
            Reply operator =
                    store.engine().call(Call.of("GET", "/admin/v1/workspaces").withKey(store.adminToken()));
            Reply noRoute = store.call("GET", "/v1/nowhere");
            String other = store.newKey(store.newWorkspace("other"));
            Reply others = store.engine().call(Call.of("GET", "/v1/workspace").withKey(other));

            for (Reply foreign : new Reply[] {nobody, wrongKey, operator, noRoute, others}) {
                assertThat(store.text("/v1/requests")).doesNotContain(id(foreign));
                Reply shown = store.call("GET", "/v1/requests/" + id(foreign));
                assertThat(shown.status()).isEqualTo(404);
                assertThat(shown.text()).doesNotContain(id(foreign));
            }
        }
    }

    @Test
    void request_ofASuspendedWorkspaceOrADisabledKey_isThereOnceItMayBeRead() {
        try (TestEngine store = TestEngine.inMemory()) {
            String workspace =
                    store.engine().client(store.key()).workspace().call().id();
            store.engine().admin().suspend(workspace).call();
            Reply refused = store.call("GET", "/v1/resources");
            store.engine().admin().activate(workspace).call();
            assertThat(shown(store, refused)).contains("\"status\":403", "\"code\":\"workspace_suspended\"");
        }
    }

    @Test
    void requests_queryHeadersAndBodies_areNotInTheLog() {
        try (TestEngine store = TestEngine.inMemory()) {
            Reply made = store.engine()
                    .call(Call.of("GET", "/v1/resources?metadata.token=hush-query")
                            .withKey(store.key()));
            Reply key = store.call("POST", "/v1/keys", "{\"name\":\"hush-body\"}");
            assertThat(made.status()).isEqualTo(200);
            assertThat(key.status()).isEqualTo(201);
            assertThat(store.text("/v1/requests")).doesNotContain("hush").doesNotContain("k_live_");
        }
    }

    @Test
    void list_pages_newestFirstWithCursor() {
        try (TestEngine store = TestEngine.inMemory()) {
            for (int i = 0; i < 30; i++) {
                assertThat(store.status("/v1/workspace")).isEqualTo(200);
            }
            Json first = Json.of(store.text("/v1/requests?limit=10"));
            assertThat(first.asMap()).containsEntry("hasMore", true);
            String cursor = (String) Objects.requireNonNull(first.asMap().get("nextCursor"));
            Json second = Json.of(store.text("/v1/requests?limit=100&cursor=" + cursor));
            assertThat(second.asMap()).containsEntry("hasMore", false);
            assertThat(second.toString().split("\"createdAt\"", -1)).hasSize(21);
            assertThat(store.status("/v1/requests?limit=10&cursor=" + cursor + "x"))
                    .isEqualTo(400);
            assertThat(store.status("/v1/requests?status=200&cursor=" + cursor)).isEqualTo(400);
        }
    }

    @Test
    void javaCalls_areLoggedLikeThoseOfTheWire() {
        try (TestEngine store = TestEngine.inMemory()) {
            PlinthClient client = store.engine().client(store.key());
            Resource made =
                    client.resources().create("R").idempotencyKey("j").submit().join();
            PlinthException refused = catchThrowableOfType(
                    PlinthException.class,
                    () -> client.resources().delete(made.id()).call());

            LoggedRequest last = client.requests().call().data().get(0);
            LoggedRequest before = client.requests().call().data().get(2);
            assertThat(last.method()).isEqualTo("DELETE");
            assertThat(last.id()).isEqualTo(refused.problem().requestId());
            assertThat(last.code()).hasValue("invalid_transition");
            assertThat(last.path()).isEqualTo("/v1/resources/" + made.id());
            assertThat(before.status()).isEqualTo(201);
            assertThat(before.idempotencyKey()).hasValue("j");
            assertThat(before.idempotency()).hasValue(LoggedRequest.KeyUse.EXECUTED);
            assertThat(before.events()).hasSize(1);
            assertThat(client.request(before.id()).call()).isEqualTo(before);
        }
    }

    @Test
    void delete_workspace_takesItsRequestsWithIt() {
        try (TestEngine store = TestEngine.inMemory()) {
            assertThat(store.status("/v1/workspace")).isEqualTo(200);
            int workspaces = store.engine().requestLog().workspaces();
            String doomed = store.newWorkspace("doomed");
            String key = store.newKey(doomed);
            Reply made = store.engine().call(Call.of("GET", "/v1/workspace").withKey(key));
            store.engine().admin().deleteWorkspace(doomed).call();
            assertThat(store.engine()
                            .call(Call.of("GET", "/v1/requests/" + id(made)).withKey(key))
                            .status())
                    .isEqualTo(401);
            assertThat(store.engine().requestLog().workspaces()).isEqualTo(workspaces);
        }
    }

    private static String id(Reply reply) {
        return Objects.requireNonNull(reply.header("Request-Id"));
    }

    private static String shown(TestEngine store, Reply reply) {
        Reply shown = store.call("GET", "/v1/requests/" + id(reply));
        assertThat(shown.status()).as(shown.text()).isEqualTo(200);
        return shown.text();
    }
}
