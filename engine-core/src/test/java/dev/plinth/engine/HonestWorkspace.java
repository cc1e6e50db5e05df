package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workspace whose programs do everything that the engine offers, one call after the other. Each call must be taken,
 * and waits for nothing. Not thread-safe.
 */
final class HonestWorkspace {
    /** Calls until all of {@link #call} has come once; about nine in ten write an event. */
    static final int ROUND = 40;

    /** Rounds after which the rarer calls come: of keys and endpoints. */
    private static final int ROUNDS_OF_RARE = 10;

    private static final String ENDPOINTS = "/v1/webhook-endpoints";

    private final Engine engine;
    private final Plan plan;
    private final String id;
    private final String key;
    private final String receiver;
    private final ArrayDeque<String> resources = new ArrayDeque<>();
    private long calls;
    private String child = "";
    private String rare = "";

    /**
     * Makes a workspace with a webhook endpoint.
     *
     * @param receiver the URL of its receiver
     */
    HonestWorkspace(Engine engine, Plan plan, String receiver) {
        this.engine = engine;
        this.plan = plan;
        this.receiver = receiver;
        this.id =
                engine.admin().createWorkspace(plan.name(), plan.name()).call().id();
        this.key = engine.admin().createKey(id, "k").call().secret().orElseThrow();
        taken(engine.call(Call.of("POST", ENDPOINTS)
                .withKey(key)
                .withBody(Json.of(Map.of("url", receiver, "types", List.of())))));
    }

    String id() {
        return id;
    }

    Plan plan() {
        return plan;
    }

    long calls() {
        return calls;
    }

    /**
     * Makes the next call.
     *
     * @param other the workspace that resources are shared with
     */
    void call(HonestWorkspace other, Instant now) {
        int place = (int) (calls % ROUND);
        calls++;
        switch (place) {
            case 0, 6, 12, 18, 24, 30 -> create();
            case 1, 13, 25 -> send("PATCH", resources.getLast(), Map.of("name", "order " + calls + ", paid"));
            case 2, 14, 26 -> createChild();
            case 3 -> send("PUT", resources.getLast() + "/shares/" + other.id, Map.of("role", "reader"));
            case 4, 16, 28 -> startJob("work", Map.of("uniqueKey", "job-" + calls));
            case 7 ->
                startJob(
                        "work",
                        Map.of("runAt", now.plus(Duration.ofDays(1)).toString(), "uniqueKey", "daily-" + calls));
            case 8 -> startJob("render", Map.of());
            case 9 -> work();
            case 10 -> bulk();
            case 15 -> send("PATCH", child, Map.of("name", "line " + calls));
            case 19 -> send("DELETE", child, null);
            case 21 -> send("POST", "/v1/events", Map.of("type", "order.printed", "data", Map.of("number", calls)));
            case 22, 34 -> send("POST", resources.getFirst() + "/archive", null);
            case 23, 35 -> delete();
            case 37 ->
                send(
                        "POST",
                        "/v1/batch",
                        Map.of(
                                "operations",
                                List.of(Map.of(
                                        "method", "POST", "path", "/v1/resources", "body", Map.of("name", "b")))));
            case 38, 39 -> rareCall(place);
            default -> send("GET", place % 2 == 0 ? "/v1/resources?limit=10" : resources.getLast(), null);
        }
    }

    private void create() {
        resources.addLast(location("/v1/resources", Map.of("name", "order " + calls, "data", Map.of("amount", 1250))));
    }

    private void createChild() {
        child = location(resources.getLast() + "/children", Map.of("name", "line " + calls));
    }

    private void delete() {
        send("DELETE", resources.removeFirst(), null);
    }

    private void startJob(String type, Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.put("type", type);
        body.put("input", Map.of("order", calls));
        send("POST", "/v1/jobs", body);
    }

    private void work() {
        Reply leased = send("POST", "/v1/jobs/lease", Map.of("types", List.of("render")));
        for (Json job : items(leased)) {
            send(
                    "POST",
                    "/v1/jobs/" + job.asMap().get("id") + "/complete",
                    Map.of("leaseToken", job.asMap().get("leaseToken"), "result", Map.of("pages", 2)));
        }
    }

    private void bulk() {
        Map<String, Object> pause = Map.of("action", "pause", "id", idOf(resources.getLast()));
        Map<String, Object> resume = Map.of("action", "resume", "id", idOf(resources.getLast()));
        send("POST", "/v1/resources/bulk", Map.of("operations", List.of(pause, resume, pause, resume)));
    }

    /** Makes and removes now a key, now an endpoint, and otherwise reads. */
    private void rareCall(int place) {
        long round = calls / ROUND - (place == ROUND - 1 ? 1 : 0);
        boolean isFirst = place == ROUND - 2;
        if (round % ROUNDS_OF_RARE == 1) {
            rare = isFirst ? location("/v1/keys", Map.of("name", "deploy " + calls)) : rare;
        } else if (round % ROUNDS_OF_RARE == 2) {
            rare = isFirst ? location(ENDPOINTS, Map.of("url", receiver, "types", List.of("order.printed"))) : rare;
        } else {
            send("GET", "/v1/events?limit=10", null);
            return;
        }
        if (!isFirst) {
            send("DELETE", rare, null);
        }
    }

    /** Returns how many requests the log shows. */
    int requestsLogged() {
        int count = 0;
        String page = "/v1/requests?limit=100";
        String more = page;
        while (!more.isEmpty()) {
            Map<String, ?> reply = Json.of(send("GET", more, null).text()).asMap();
            count += ((List<?>) reply.get("data")).size();
            more = Boolean.TRUE.equals(reply.get("hasMore")) ? page + "&cursor=" + reply.get("nextCursor") : "";
        }
        return count;
    }

    private String location(String path, Map<String, ?> body) {
        return String.valueOf(send("POST", path, body).header("Location"));
    }

    private Reply send(String method, String path, @Nullable Map<String, ?> body) {
        Call call = Call.of(method, path).withKey(key);
        if (body != null) {
            call = call.withBody(Json.of(body));
        }
        boolean isWrite = !method.equals("GET") && !path.contains("/complete") && !path.contains("/lease");
        return taken(engine.call(isWrite ? call.withHeader("Idempotency-Key", "call-" + calls) : call));
    }

    private static String idOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @SuppressWarnings("unchecked")
    private static List<Json> items(Reply reply) {
        return ((List<Map<String, ?>>) Json.of(reply.text()).asMap().get("data"))
                .stream().map(Json::of).toList();
    }

    private static Reply taken(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply;
    }
}
