package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.BulkOperation;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyChange;
import dev.plinth.engine.api.KeyMode;
import dev.plinth.engine.api.KeyStatus;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.PlanUse;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.RateLimit;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.api.RegisteredPlan;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.WebhookEndpointChange;
import dev.plinth.engine.api.WebhookTest;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.api.WorkspaceChange;
import dev.plinth.engine.client.AdminClient;
import dev.plinth.engine.client.Invocation;
import dev.plinth.engine.client.KeysClient;
import dev.plinth.engine.client.Listing;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.client.SharesClient;
import dev.plinth.engine.client.WebhooksClient;
import dev.plinth.engine.internal.json.ApiValueReader;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each typed call beside the call of the wire that it stands for: a read gives what the raw reply shows, and a change under an
 * idempotency key is replayed by the raw call, so that both are one canonical request.
 */
final class TypedClientTest {
    private TestEngine store;
    private PlinthClient client;
    private OpenApiDocument document;
    private int keys;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> builder.plan(Plan.BUSINESS
                .withPolicy(RatePolicy.of("burst", 1_000, Duration.ofSeconds(1)))
                .withPolicy(RatePolicy.of("day", 50_000, Duration.ofSeconds(86_400)))));
        client = store.engine().client(store.key());
        document = OpenApiDocument.of(store.engine());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shares_grantListRevoke() {
        Resource resource = client.resources().create("R").call();
        String grantee = store.newWorkspace("grantee");
        String path = "/v1/resources/" + resource.id() + "/shares";
        SharesClient shares = client.shares(resource.id());

        Share share = change(
                shares.grant(grantee, Role.EDITOR), "PUT", path + "/" + grantee, "{\"role\":\"editor\"}", Share::of);
        assertThat(share.role()).isEqualTo(Role.EDITOR);
        assertThat(share.workspaceId()).isEqualTo(grantee);
        assertThat(read(shares.list(), path, ApiValueReader.page(Share.class)).data())
                .containsExactly(share);
        change(shares.revoke(grantee), "DELETE", path + "/" + grantee, "", deleted -> grantee);
        assertThat(shares.list().call().data()).isEmpty();
    }

    @Test
    void resources_bulkListFiltersAndChildren() {
        String job = change(
                        client.resources()
                                .bulk(List.of(
                                        BulkOperation.create(NewResource.of("A").ofType("truck")),
                                        BulkOperation.create(NewResource.of("B").withMetadata(Map.of("a b", "c&d"))))),
                        "POST",
                        "/v1/resources/bulk",
                        "{\"operations\":[{\"action\":\"create\",\"name\":\"A\",\"type\":\"truck\"},"
                                + "{\"action\":\"create\",\"name\":\"B\",\"metadata\":{\"a b\":\"c&d\"}}]}",
                        AcceptedJob::of)
                .jobId();
        assertThat(client.job(job, Duration.ofSeconds(30)).call().result())
                .get()
                .asString()
                .contains("\"succeeded\":2");

        Function<Json, Page<Resource>> page = ApiValueReader.page(Resource.class);
        assertThat(read(client.resources().list().where("type", "truck"), "/v1/resources?type=truck", page)
                        .data())
                .hasSize(1);
        Page<Resource> tagged =
                read(client.resources().list().where("metadata.a b", "c&d"), "/v1/resources?metadata.a+b=c%26d", page);
        assertThat(tagged.data()).extracting(Resource::name).containsExactly("B");
        Page<Resource> first = read(client.resources().list().limit(1), "/v1/resources?limit=1", page);
        String cursor = first.nextCursor().orElseThrow();
        assertThat(read(
                                client.resources().list().limit(1).after(cursor),
                                "/v1/resources?limit=1&cursor=" + cursor,
                                page)
                        .data())
                .extracting(Resource::name)
                .containsExactly("A");
        assertThat(client.resources().list(cursor).call().data()).hasSize(1);
        String id = tagged.data().get(0).id();
        read(client.resources().getWithChildren(id), "/v1/resources/" + id + "?include=children", json -> json);
    }

    @Test
    void keys_createShowListUpdateRotateRevoke() {
        KeysClient keysClient = client.keys();
        ApiKey made = change(
                keysClient.create(NewKey.of("deploy").withScopes(Scope.RESOURCES_READ)),
                "POST",
                "/v1/keys",
                "{\"name\":\"deploy\",\"scopes\":[\"resources:read\"]}",
                ApiKey::of);
        String path = "/v1/keys/" + made.id();
        assertThat(made.scopes()).containsExactly(Scope.RESOURCES_READ);
        assertThat(made.mode()).isEqualTo(KeyMode.LIVE);
        assertThat(made.secret().orElseThrow()).startsWith(made.prefix()).endsWith(made.last4());
        String test = "{\"name\":\"t\",\"mode\":\"test\",\"expiresAt\":\"2027-01-01T00:00:00Z\"}";
        NewKey passing = NewKey.of("t").withMode(KeyMode.TEST).until(Instant.parse("2027-01-01T00:00:00Z"));
        ApiKey timed = change(keysClient.create(passing), "POST", "/v1/keys", test, ApiKey::of);
        assertThat(timed.mode()).isEqualTo(KeyMode.TEST);
        assertThat(timed.expiresAt()).isPresent();
        read(keysClient.get(made.id()), path, ApiKey::of);
        assertThat(read(keysClient.list(), "/v1/keys", ApiValueReader.page(ApiKey.class))
                        .data())
                .hasSize(3);
        ApiKey named = change(
                keysClient.update(made.id(), KeyChange.NONE.withName("n")),
                "PATCH",
                path,
                "{\"name\":\"n\"}",
                ApiKey::of);
        assertThat(named.name()).isEqualTo("n");
        assertThat(change(keysClient.disable(made.id()), "PATCH", path, "{\"enabled\":false}", ApiKey::of)
                        .status())
                .isEqualTo(KeyStatus.DISABLED);
        assertThat(change(keysClient.enable(made.id()), "PATCH", path, "{\"enabled\":true}", ApiKey::of)
                        .status())
                .isEqualTo(KeyStatus.ENABLED);
        change(keysClient.rotate(made.id()), "POST", path + "/rotate", "", ApiKey::of);
        ApiKey rotated = change(
                keysClient.rotate(made.id(), Duration.ofSeconds(60)),
                "POST",
                path + "/rotate",
                "{\"graceSeconds\":60}",
                ApiKey::of);
        assertThat(rotated.secret()).isPresent().isNotEqualTo(made.secret());
        assertThat(change(keysClient.revoke(made.id()), "DELETE", path, "", ApiKey::of)
                        .status())
                .isEqualTo(KeyStatus.REVOKED);
    }

    @Test
    void keys_restrictedToNoScope_areRefused() {
        NewKey named = NewKey.of("n");
        assertThatIllegalArgumentException()
                .isThrownBy(named::withScopes)
                .withMessage("A restricted key must have a scope or more, got none. Name some.");
        assertThatIllegalArgumentException()
                .isThrownBy(KeyChange.NONE::withScopes)
                .withMessageContaining("got none. Name some.");
        ApiKey key = client.keys()
                .create(named.withScopes(Scope.JOBS_READ).until(Instant.parse("2027-01-01T00:00:00Z")))
                .call();

        ApiKey changed = client.keys()
                .update(
                        key.id(),
                        KeyChange.NONE
                                .withScopes(Scope.RESOURCES_READ, Scope.JOBS_WRITE)
                                .forEver())
                .call();
        ApiKey full = client.keys()
                .update(key.id(), KeyChange.NONE.withName("m").withAllScopes())
                .call();

        assertThat(changed.scopes()).containsExactlyInAnyOrder(Scope.RESOURCES_READ, Scope.JOBS_WRITE);
        assertThat(changed.expiresAt()).isEmpty();
        assertThat(full.scopes()).isEmpty();
        assertThat(full.name()).isEqualTo("m");
    }

    @Test
    void changes_ofEachMember_reachTheWire() {
        Resource made = client.resources().create("R").call();
        Resource data = client.resources()
                .update(
                        made.id(),
                        ResourceChange.NONE
                                .withData(Json.of("{\"a\":1,\"b\":2}"))
                                .withName("S"))
                .call();
        Resource merged = client.resources()
                .update(
                        made.id(),
                        ResourceChange.NONE.withMetadata(Map.of("k", "v")).withData(Json.of("{\"a\":null}")))
                .call();
        Resource empty = client.resources()
                .update(
                        made.id(),
                        ResourceChange.NONE.withName("T").withoutData().withMetadata(Json.of("{\"k\":null}")))
                .call();
        assertThat(data.name()).isEqualTo("S");
        assertThat(merged.data()).isEqualTo(Json.of("{\"b\":2}"));
        assertThat(merged.metadata()).containsExactly(Map.entry("k", "v"));
        assertThat(empty.data()).isEqualTo(Json.EMPTY_OBJECT);
        assertThat(empty.metadata()).isEmpty();

        WebhookEndpoint endpoint = client.webhooks()
                .update(
                        store.endpoint(),
                        WebhookEndpointChange.NONE
                                .withUrl("https://hooks.example.com/a")
                                .withTypes("a.*")
                                .withOrder(false)
                                .withDescription("d")
                                .withHeaders(Map.of("x-a", "b"))
                                .withMaxPerSecond(7)
                                .withEnabled(false))
                .call();
        assertThat(endpoint.url()).isEqualTo("https://hooks.example.com/a");
        assertThat(endpoint.types()).containsExactly("a.*");
        assertThat(endpoint.ordered()).isFalse();
        assertThat(endpoint.enabled()).isFalse();
        assertThat(endpoint.headers()).containsEntry("x-a", "b");
        assertThat(endpoint.json().toString()).contains("\"maxPerSecond\":7", "\"description\":\"d\"");

        String other = store.newWorkspace("other");
        assertThat(client.updateWorkspace(WorkspaceChange.NONE.withSharesFrom(List.of(other)))
                        .call()
                        .json()
                        .toString())
                .contains("\"sharesFrom\":[\"" + other + "\"]");
        assertThat(client.updateWorkspace(WorkspaceChange.NONE.withSharesFromAny())
                        .call()
                        .json()
                        .toString())
                .doesNotContain("sharesFrom");
    }

    @Test
    void bulk_eachAction_reachesItsResource() throws Exception {
        String one = client.resources().create("1").call().id();
        String two = client.resources().create("2").call().id();
        String job = client.resources()
                .bulk(List.of(
                        BulkOperation.update(one, ResourceChange.NONE.withName("new")),
                        BulkOperation.pause(one),
                        BulkOperation.resume(one),
                        BulkOperation.archive(two),
                        BulkOperation.unarchive(two),
                        BulkOperation.archive(two),
                        BulkOperation.delete(two),
                        BulkOperation.pause("res_x")))
                .call()
                .jobId();

        Job done = client.awaitJob(job, Duration.ofMinutes(1));

        assertThat(done.result().orElseThrow().toString()).contains("\"succeeded\":7,\"failed\":1");
        assertThat(client.resources().get(one).call().name()).isEqualTo("new");
        assertThat(client.resources().list().call().data())
                .extracting(Resource::id)
                .containsExactly(one);
    }

    @Test
    void jobs_startListCancel() {
        String body = "{\"type\":\"idle\",\"input\":{},\"runAt\":\"2026-02-01T00:00:00Z\",\"maxAttempts\":2}";
        NewJob later =
                NewJob.of("idle").at(Instant.parse("2026-02-01T00:00:00Z")).withMaxAttempts(2);
        String id = change(client.startJob(later), "POST", "/v1/jobs", body, AcceptedJob::of)
                .jobId();
        Job job = read(client.job(id), "/v1/jobs/" + id, Job::of);
        assertThat(job.maxAttempts()).isEqualTo(2);
        assertThat(job.runAt()).isPresent();
        assertThat(read(
                                client.jobs().where("status", "scheduled"),
                                "/v1/jobs?status=scheduled",
                                ApiValueReader.page(Job.class))
                        .data())
                .containsExactly(job);
        change(client.cancelJob(id), "POST", "/v1/jobs/" + id + "/cancel", "", Job::of);
        change(client.retryJob(id), "POST", "/v1/jobs/" + id + "/retry", "", Job::of);
        refused(client.retryJob(id), "POST", "/v1/jobs/" + id + "/retry");
    }

    @Test
    void events_showAndFilter() {
        Resource resource = client.resources().create("R").call();
        client.publish("a.b", Json.of("{\"n\":1}")).call();
        Page<Event> page =
                read(client.events().where("type", "a.b"), "/v1/events?type=a.b", ApiValueReader.page(Event.class));
        Event event = page.data().get(0);
        assertThat(event.data()).isEqualTo(Json.of("{\"n\":1}"));
        assertThat(read(client.event(event.id()), "/v1/events/" + event.id(), Event::of))
                .isEqualTo(event);
        Page<Event> created = read(
                client.events().where("resourceId", resource.id()),
                "/v1/events?resourceId=" + resource.id(),
                ApiValueReader.page(Event.class));
        assertThat(created.data()).hasSize(1);
        assertThat(client.eventsAfter(created.data().get(0).id()).call().data()).containsExactly(event);
    }

    @Test
    void webhooks_endpointsAndDeliveries() {
        WebhooksClient webhooks = client.webhooks();
        String url =
                store.text("/v1/webhook-endpoints/" + store.endpoint()).replaceAll(".*\"url\":\"([^\"]*)\".*", "$1");
        String input =
                "{\"url\":\"" + url + "\",\"types\":[\"a.*\"],\"description\":\"d\",\"headers\":{\"x-a\":\"b\"}}";
        NewWebhookEndpoint described =
                NewWebhookEndpoint.of(url, "a.*").withDescription("d").withHeaders(Map.of("x-a", "b"));
        WebhookEndpoint made =
                change(webhooks.create(described), "POST", "/v1/webhook-endpoints", input, WebhookEndpoint::of);
        String path = "/v1/webhook-endpoints/" + made.id();
        assertThat(made.headers()).containsEntry("x-a", "b");
        assertThat(made.ordered()).isTrue();
        read(webhooks.get(made.id()), path, WebhookEndpoint::of);
        assertThat(read(webhooks.list(), "/v1/webhook-endpoints", ApiValueReader.page(WebhookEndpoint.class))
                        .data())
                .hasSize(2);
        change(
                webhooks.update(made.id(), WebhookEndpointChange.NONE.withOrder(false)),
                "PATCH",
                path,
                "{\"ordering\":\"none\"}",
                WebhookEndpoint::of);
        change(webhooks.rotateSecret(made.id()), "POST", path + "/secret/rotate", "", WebhookEndpoint::of);
        change(
                webhooks.rotateSecret(made.id(), Duration.ofSeconds(5)),
                "POST",
                path + "/secret/rotate",
                "{\"graceSeconds\":5}",
                WebhookEndpoint::of);
        assertThat(change(webhooks.test(made.id()), "POST", path + "/test", "", WebhookTest::of)
                        .delivered())
                .isTrue();

        client.publish("a.b", Json.EMPTY_OBJECT).call();
        store.pass(Duration.ofSeconds(1));
        Delivery delivery = read(
                        webhooks.deliveries(made.id()).where("status", "delivered"),
                        path + "/deliveries?status=delivered",
                        ApiValueReader.page(Delivery.class))
                .data()
                .get(0);
        String one = "/v1/deliveries/" + delivery.id();
        assertThat(delivery.attempts()).hasSize(1);
        assertThat(delivery.attempts().get(0).status()).hasValue(200);
        read(webhooks.delivery(delivery.id()), one, Delivery::of);
        change(webhooks.resend(delivery.id()), "POST", one + "/resend", "", Delivery::of);
        change(webhooks.delete(made.id()), "DELETE", path, "", deleted -> made.id());
    }

    @Test
    void workspaceAndRateLimit_allPolicies() {
        Workspace renamed = change(
                client.updateWorkspace(WorkspaceChange.NONE.withName("N").withMetadata(Json.of("{\"a\":\"b\"}"))),
                "PATCH",
                "/v1/workspace",
                "{\"name\":\"N\",\"metadata\":{\"a\":\"b\"}}",
                Workspace::of);
        assertThat(read(client.workspace(), "/v1/workspace", Workspace::of)).isEqualTo(renamed);
        RateLimit limit = read(client.rateLimit(), "/v1/rate-limit", RateLimit::of);
        assertThat(limit.policies()).extracting(RateLimit.Policy::name).containsExactly("business", "burst", "day");
        assertThat(limit.limit()).isEqualTo(limit.policies().get(0).limit());
        assertThat(store.engine().admin().rename(renamed.id(), "M").call().name())
                .isEqualTo("M");
    }

    @Test
    void planAndHealth_areReadAsTheWireShowsThem() {
        PlanUse use = read(client.plan(), "/v1/plan", PlanUse::of);
        assertThat(use.plan()).isEqualTo("business");
        assertThat(use.limits())
                .extracting(PlanUse.Limit::name)
                .containsExactly("resources", "webhookEndpoints", "waitingJobs");
        assertThat(use.limits().get(0).max()).isEmpty();
        assertThat(use.limits().get(1).max()).hasValue(20);
        assertThat(use.tables()).isNotEmpty().allMatch(table -> table.rows() <= table.rowsMax());

        RegisteredPlan plan = store.engine().admin().plans().call().stream()
                .filter(each -> each.name().equals("business"))
                .findFirst()
                .orElseThrow();
        assertThat(plan.policies()).extracting(RegisteredPlan.Policy::name).containsExactly("burst", "day");
        assertThat(plan.policies().get(0).per()).isEqualTo(RatePolicy.Per.WORKSPACE);
        assertThat(plan.policies().get(0).mode()).isEqualTo(RatePolicy.Mode.ENFORCE);
        assertThat(plan.window()).isEqualTo(Duration.ofMinutes(1));
        assertThat(plan.endpointsMax()).isEqualTo(20);

        AdminClient admin = store.engine().admin();
        assertThat(admin.healthHistory().call().interval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(admin.healthHistoryAfter(Instant.parse("2030-01-01T00:00:00Z"))
                        .call()
                        .data())
                .isEmpty();
    }

    private <T extends WireValue> Page<T> read(Listing<T> typed, String path, Function<Json, Page<T>> reader) {
        return compared(typed.call(), path, reader);
    }

    private <T> T read(Invocation<T> typed, String path, Function<Json, T> reader) {
        return compared(typed.call(), path, reader);
    }

    private <T> T compared(T value, String path, Function<Json, T> reader) {
        Reply raw = store.call("GET", path);
        assertThat(raw.status()).as(raw.text()).isEqualTo(200);
        assertThat(value).isEqualTo(reader.apply(object(raw)));
        return value;
    }

    private <T> T change(Invocation<T> typed, String method, String path, String body, Function<Json, T> reader) {
        assertThat(document.check(method, path, body)).as(body).isEmpty();
        String key = "typed-" + keys++;
        T value = typed.idempotencyKey(key).call();
        Call call = Call.of(method, path).withKey(store.key()).withHeader("Idempotency-Key", key);
        Reply raw = store.engine().call(body.isEmpty() ? call : call.withBody(Json.of(body)));
        assertThat(raw.header("Idempotent-Replayed")).as(raw.text()).isEqualTo("true");
        assertThat(value).isEqualTo(reader.apply(object(raw)));
        return value;
    }

    private void refused(Invocation<?> typed, String method, String path) {
        String key = "typed-" + keys++;
        String code = "";
        try {
            typed.idempotencyKey(key).call();
        } catch (PlinthException e) {
            code = e.code();
        }
        Reply raw =
                store.engine().call(Call.of(method, path).withKey(store.key()).withHeader("Idempotency-Key", key));
        assertThat(raw.header("Idempotent-Replayed")).as(raw.text()).isEqualTo("true");
        assertThat(raw.text()).contains("\"code\":\"" + code + "\"");
    }

    private static Json object(Reply reply) {
        return Json.trusted(reply.body());
    }
}
