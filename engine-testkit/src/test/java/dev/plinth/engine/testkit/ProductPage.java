package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.standardwebhooks.Webhook;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The product page, one method for each of its statements, through whatever door it is given. Each takes a workspace of its own. */
final class ProductPage {
    private static final String ID = "_[0-9a-hjkmnp-tv-z]{26}";
    private static final String RESOURCES = "/v1/resources";

    private final Door door;
    private final ManualClock clock;
    private final WebhookSink sink;
    private final Gate gate;

    ProductPage(Door door, ManualClock clock, WebhookSink sink, Gate gate) {
        this.door = door;
        this.clock = clock;
        this.sink = sink;
        this.gate = gate;
    }

    /** The host that the page speaks of has one operation that completes in the background. */
    static Consumer<EngineBuilder> host(Gate gate) {
        return engine -> engine.asyncOperation("render", job -> {
            gate.pass();
            return Json.of("{\"pages\":3}");
        });
    }

    /** All of it; what turns the clock comes last, because a receiver of webhooks compares their time with its own. */
    void allStatements() {
        everythingBelongsToAResource();
        aResourceHasAnIdAndAStatus();
        resourcesAreScopedToAWorkspace();
        aChildBelongsToOneResource();
        aRequestIsAnsweredStepByStep();
        someOperationsAreAsynchronous();
        webhooksNotifyTheServer();
        theCurlLineWorks();
        limitsVaryByPlan();
        anIdempotencyKeyExecutesOnce();
    }

    void everythingBelongsToAResource() {
        String key = door.workspaceKey("starter");
        String resource = resource(key);
        assertThat(Door.text(door.post(key, children(resource), "{\"name\":\"Part\"}"), "resourceId"))
                .isEqualTo(resource);
        Reply accepted = render(key, resource);
        assertThat(Door.text(accepted, "resourceId")).isEqualTo(resource);
        end(key, accepted);
    }

    void aResourceHasAnIdAndAStatus() {
        String key = door.workspaceKey("starter");
        Reply created = door.post(key, RESOURCES, "{\"name\":\"My resource\"}");
        assertThat(created.status()).isEqualTo(201);
        String id = Door.text(created, "id");
        assertThat(id).matches("res" + ID);
        assertThat(created.header("Location")).isEqualTo(RESOURCES + "/" + id);
        assertThat(Door.text(created, "status")).isEqualTo("active");
        for (List<String> move : List.of(List.of("pause", "paused"), List.of("archive", "archived"))) {
            door.post(key, RESOURCES + "/" + id + "/" + move.get(0), "{}");
            assertThat(Door.text(door.get(key, RESOURCES + "/" + id), "status")).isEqualTo(move.get(1));
        }
    }

    void resourcesAreScopedToAWorkspace() {
        String owner = door.workspaceKey("starter");
        String other = Door.text(door.workspace("starter"), "id");
        String stranger = door.key(other);
        String path = RESOURCES + "/" + resource(owner);
        assertThat(door.get(stranger, path).status()).isEqualTo(404);
        assertThat(Door.data(door.get(stranger, RESOURCES))).isEmpty();
        Call share = Call.of("PUT", path + "/shares/" + other).withKey(owner);
        assertThat(door.send(share.withBody(Json.of("{\"role\":\"reader\"}"))).status())
                .isEqualTo(201);
        assertThat(door.get(stranger, path).status()).isEqualTo(200);
        assertThat(door.send(Call.of("DELETE", share.path()).withKey(owner)).status())
                .isEqualTo(200);
        assertThat(door.get(stranger, path).status()).isEqualTo(404);
    }

    void aChildBelongsToOneResource() {
        String key = door.workspaceKey("starter");
        String parent = resource(key);
        String another = resource(key);
        String first = Door.text(door.post(key, children(parent), "{\"name\":\"One\"}"), "id");
        String second = Door.text(door.post(key, children(parent), "{\"name\":\"Two\"}"), "id");
        assertThat(first).matches("sub" + ID);
        assertThat(Door.data(door.get(key, children(parent))))
                .extracting(child -> child.get("id"))
                .containsExactly(second, first);
        assertThat(door.get(key, children(parent) + "/" + first).status()).isEqualTo(200);
        assertThat(door.get(key, children(another) + "/" + first).status()).isEqualTo(404);
        assertThat(Door.data(door.get(key, children(another)))).isEmpty();
    }

    void aRequestIsAnsweredStepByStep() {
        String key = door.workspaceKey("starter");
        assertThat(door.send(Call.of("GET", RESOURCES)).status()).isEqualTo(401);
        assertThat(door.get("sk_live_nobody", RESOURCES).status()).isEqualTo(401);
        Reply invalid = door.post(key, RESOURCES, "{\"name\":\"\",\"colour\":\"red\"}");
        assertThat(invalid.status()).isEqualTo(422);
        assertThat(invalid.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(invalid.text()).contains("\"pointer\":\"/name\"", "\"pointer\":\"/colour\"", "\"detail\":");
        String resource = resource(key);
        Reply accepted = render(key, resource);
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(Door.text(accepted, "job_id")).matches("job" + ID);
        end(key, accepted);
        Reply shown = door.get(key, RESOURCES + "/" + resource);
        assertThat(Door.text(shown, "id")).isEqualTo(resource);
        assertThat(Door.text(shown, "status")).isEqualTo("active");
    }

    void someOperationsAreAsynchronous() {
        String key = door.workspaceKey("starter");
        Reply direct = door.post(key, RESOURCES, "{\"name\":\"Direct\"}");
        assertThat(Door.text(direct, "name")).isEqualTo("Direct");
        Reply accepted = render(key, Door.text(direct, "id"));
        String poll = "/v1/jobs/" + Door.text(accepted, "job_id");
        assertThat(accepted.header("Location")).isEqualTo(poll);
        Reply ended = end(key, accepted);
        assertThat(ended.text()).contains("\"result\":{\"pages\":3}");
    }

    void webhooksNotifyTheServer() {
        String key = door.workspaceKey("starter");
        String types = "\"types\":[\"resource.*\",\"job.succeeded\",\"payment.processed\"]";
        Reply endpoint = door.post(key, "/v1/webhook-endpoints", "{\"url\":\"" + sink.uri() + "\"," + types + "}");
        String secret = Door.text(endpoint, "secret");
        int before = sink.received().size();
        List<String> happened = new ArrayList<>();

        String resource = resource(key);
        assertArrived(before, happened, "resource.created");
        door.post(key, RESOURCES + "/" + resource + "/pause", "{}");
        assertArrived(before, happened, "resource.paused");
        door.post(key, RESOURCES + "/" + resource + "/resume", "{}");
        assertArrived(before, happened, "resource.resumed");
        gate.letThrough();
        render(key, resource);
        gate.awaitSomebody();
        assertArrived(before, happened, "job.succeeded");
        door.post(key, "/v1/events", "{\"type\":\"payment.processed\",\"data\":{\"amount\":100}}");
        assertArrived(before, happened, "payment.processed");

        for (ReceivedWebhook webhook :
                sink.received().subList(before, sink.received().size())) {
            assertEnvelope(webhook);
            assertThat(webhook.isSignedWith(secret)).isTrue();
            assertThatCode(() -> new Webhook(secret).verify(webhook.body(), signatureHeaders(webhook)))
                    .doesNotThrowAnyException();
        }
    }

    void theCurlLineWorks() {
        String key = door.workspaceKey("starter");
        // curl -d sends this content type unless told otherwise, and a body of just these bytes.
        Call curl = Call.of("POST", RESOURCES)
                .withHeader("Idempotency-Key", "a-unique-key-you-generate")
                .withKey(key)
                .withHeader("Content-Type", "application/x-www-form-urlencoded")
                .withBody("{ \"name\": \"My resource\" }".getBytes(StandardCharsets.UTF_8));
        Reply first = door.send(curl);
        assertThat(first.status()).isEqualTo(201);
        assertThat(Door.text(first, "name")).isEqualTo("My resource");
        assertThat(door.send(curl).body()).isEqualTo(first.body());
    }

    void limitsVaryByPlan() {
        Map<String, Integer> perMinute = Map.of("pro", 600, "business", 6000);
        for (String plan : List.of("pro", "business")) {
            Reply first = door.get(door.workspaceKey(plan), RESOURCES);
            assertThat(first.header("RateLimit-Policy"))
                    .isEqualTo("\"" + plan + "\";q=" + perMinute.get(plan) + ";w=60");
        }
        String key = door.workspaceKey("starter");
        for (int i = 0; i < 60; i++) {
            assertThat(door.get(key, RESOURCES).status()).isEqualTo(200);
        }
        Reply limited = door.get(key, RESOURCES);
        assertThat(limited.status()).isEqualTo(429);
        int wait = Integer.parseInt(limited.header("Retry-After"));
        clock.advance(Duration.ofSeconds(wait));
        assertThat(door.get(key, RESOURCES).status()).isEqualTo(200);
    }

    void anIdempotencyKeyExecutesOnce() {
        String key = door.workspaceKey("starter");
        Call create = Call.of("POST", RESOURCES)
                .withKey(key)
                .withHeader("Idempotency-Key", "6f8c1b8e-0c1d-4a57-9a0e-0f6f0f6f0f6f")
                .withBody(Json.of("{\"name\":\"Once\"}"));
        Reply first = door.send(create);
        clock.advance(Duration.ofHours(24).minusMillis(1));
        Reply again = door.send(create);
        assertThat(again.status()).isEqualTo(first.status());
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(Door.data(door.get(key, RESOURCES))).hasSize(1);
        clock.advance(Duration.ofMillis(1));
        assertThat(Door.text(door.send(create), "id")).isNotEqualTo(Door.text(first, "id"));
    }

    private void assertArrived(int before, List<String> happened, String type) {
        happened.add(type);
        List<ReceivedWebhook> all = sink.await(before + happened.size());
        assertThat(all.subList(before, all.size()))
                .extracting(webhook -> webhook.json().asMap().get("type"))
                .containsExactlyElementsOf(happened);
    }

    private static void assertEnvelope(ReceivedWebhook webhook) {
        Map<String, Object> envelope = webhook.json().asMap();
        assertThat(envelope.keySet()).containsExactly("id", "type", "createdAt", "data");
        assertThat((String) envelope.get("id")).matches("evt" + ID).isEqualTo(webhook.id());
        assertThat((String) envelope.get("createdAt")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(envelope.get("data")).isInstanceOf(Map.class);
    }

    private static Map<String, List<String>> signatureHeaders(ReceivedWebhook webhook) {
        return Map.of(
                Webhook.UNBRANDED_MSG_ID_KEY, List.of(webhook.id()),
                Webhook.UNBRANDED_MSG_TIMESTAMP_KEY, List.of(webhook.timestamp()),
                Webhook.UNBRANDED_MSG_SIGNATURE_KEY, List.of(webhook.signature()));
    }

    private String resource(String key) {
        return Door.text(door.post(key, RESOURCES, "{\"name\":\"My resource\"}"), "id");
    }

    private Reply render(String key, String resource) {
        return door.post(key, RESOURCES + "/" + resource + "/operations/render", "{\"input\":{}}");
    }

    /** Sees the job run, lets it end and polls for its result; nothing of it goes on behind the next call. */
    private Reply end(String key, Reply accepted) {
        String poll = "/v1/jobs/" + Door.text(accepted, "job_id");
        gate.awaitSomebody();
        assertThat(Door.text(door.get(key, poll), "status")).isEqualTo("running");
        gate.letThrough();
        Reply ended = door.get(key, poll + "?wait=30");
        assertThat(Door.text(ended, "status")).isEqualTo("succeeded");
        return ended;
    }

    private static String children(String resource) {
        return RESOURCES + "/" + resource + "/children";
    }
}
