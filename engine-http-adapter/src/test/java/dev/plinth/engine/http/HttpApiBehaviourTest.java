package dev.plinth.engine.http;

import static dev.plinth.engine.http.WireRequest.get;
import static dev.plinth.engine.http.WireRequest.patch;
import static dev.plinth.engine.http.WireRequest.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.event.OwnEventTypes;
import dev.plinth.engine.settings.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Makes happen what the tables of {@code docs/http-api.md} tell. */
class HttpApiBehaviourTest {
    private static final String OVERSIZED = "{\"name\":\"" + "x".repeat(256 * 1024) + "\"}";
    private static final double JITTER_MAX = 0.2;
    private static final double JOB_JITTER_MAX = 0.1;
    private static final Duration ONE_WEEK = Duration.ofDays(7);

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private HttpApiPage page;
    private LiveServer server;
    private String workspace;
    private String key;

    @BeforeEach
    void start() throws IOException {
        page = HttpApiPage.read();
        server = LiveServer.start(builder -> builder.testClock(clock)
                .webhookAllow("127.0.0.0/8")
                .operation("echo", operation -> OperationResult.of(operation.input())));
        workspace = server.workspace("business");
        key = server.key(workspace);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void refusedBodies_areRefusedAsThePageSays() throws IOException {
        Map<String, List<WireRequest>> bodies = bodies();
        HttpApiPage.Table table = page.table("Refused body");
        assertThat(table.rows()).extracting(row -> row.get(0)).containsExactlyInAnyOrderElementsOf(bodies.keySet());
        for (List<String> row : table.rows()) {
            for (WireRequest request : bodies.get(row.get(0))) {
                RawReply reply = server.send(request.withKey(key));
                assertThat(reply.status() + " `" + Json.of(reply.text()).asMap().get("code") + "`")
                        .as(row.get(0))
                        .isEqualTo(row.get(1));
            }
        }
    }

    private static Map<String, List<WireRequest>> bodies() {
        Map<String, List<WireRequest>> bodies = new LinkedHashMap<>();
        bodies.put("no body where the call needs one", List.of(body("")));
        bodies.put(
                "malformed JSON, a member twice, half a surrogate pair, invalid UTF-8, bytes behind the value, more than 64 levels",
                Stream.of(
                                body("{\"name\":}"),
                                body("{\"name\":\"a\",\"name\":\"b\"}"),
                                body("{\"name\":\"\\ud800\"}"),
                                body("").withBody("{\"name\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1)),
                                body("{\"name\":\"a\"}{}"),
                                body("{\"data\":" + "[".repeat(64) + "]".repeat(64) + "}"))
                        .toList());
        bodies.put(
                "malformed JSON whose first character is `{` or `[`, under whatever `Content-Type`",
                List.of(form("{\"name\":"), form(" [1,"), body("{").with("Content-Type", "text/plain")));
        bodies.put("more bytes than the call takes", List.of(body(OVERSIZED)));
        bodies.put(
                "a `Content-Encoding` other than `identity`",
                List.of(body("{\"name\":\"a\"}").with("Content-Encoding", "gzip")));
        bodies.put("no JSON, under a `Content-Type` other than JSON", List.of(form("name=a")));
        bodies.put("JSON that is not an object", List.of(body("[]"), body("\"a\"")));
        bodies.put(
                "an unknown member, or one that cannot be set",
                List.of(body("{\"name\":\"a\",\"nam\":1}"), body("{\"name\":\"a\",\"version\":7}")));
        return bodies;
    }

    private static WireRequest body(String text) {
        return post("/v1/resources", text);
    }

    private static WireRequest form(String text) {
        return body(text).with("Content-Type", "application/x-www-form-urlencoded");
    }

    @Test
    void moves_leadWhereThePageSays() throws IOException {
        HttpApiPage.Table table = page.table("From");
        for (List<String> row : table.rows()) {
            for (int column = 1; column < row.size(); column++) {
                String move = HttpApiPage.words(table.header().get(column)).get(0);
                String resource = resource(row.get(0));
                RawReply reply = move.equals("DELETE")
                        ? send(WireRequest.of("DELETE", resource))
                        : send(post(resource + "/" + move, ""));
                Map<String, Object> body = Json.of(reply.text()).asMap();
                String got = reply.status() == 200
                        ? String.valueOf(body.getOrDefault("status", "deleted"))
                        : reply.status() + " `" + body.get("code") + "`";
                assertThat(got)
                        .as("%s of a resource that is %s", move, row.get(0))
                        .isEqualTo(row.get(column));
            }
        }
    }

    @Test
    void deletion_ofManyChildren_isSeenAndToldAsThePageSays() throws IOException {
        int many = Integer.parseInt(only("With more than (\\d+) children they follow"));
        assertThat(many).isEqualTo(Limits.DELETION_AWAITED_CHILDREN_MAX);
        PlinthClient client = server.engine().client(key);
        for (int children : List.of(many, many + 1)) {
            String resource = resource("active");
            String id = resource.substring("/v1/resources/".length());
            for (int i = 0; i < children; i++) {
                client.children(id).create(NewResource.of("c")).call();
            }
            ok(post(resource + "/archive", ""));
            Map<?, ?> last = first("/v1/events?limit=1");
            ok(WireRequest.of("DELETE", resource));

            assertThat(send(get(resource)).status()).isEqualTo(404);
            assertThat(send(get(resource + "/children")).status()).isEqualTo(404);
            if (children > many) {
                clock.advance(ONE_WEEK);
            }
            List<String> expected = new ArrayList<>(Collections.nCopies(children, "child.deleted"));
            expected.add("resource.deleted");
            assertThat(typesAfter(last.get("id"))).isEqualTo(expected);
        }
    }

    @Test
    void deletion_ofManyDeliveries_dropsThemAsThePageSays() throws IOException {
        int many = Integer.parseInt(only("become `dropped`, more than (\\d+) of them"));
        String endpoint = "/v1/webhook-endpoints/"
                + id(post("/v1/webhook-endpoints", "{\"url\":\"https://example.com/\",\"types\":[\"a.b\"]}"));
        ok(patch(endpoint, "{\"status\":\"disabled\"}"));
        PlinthClient client = server.engine().client(key);
        for (int i = 0; i <= many; i++) {
            client.publish("a.b", Json.EMPTY_OBJECT).call();
        }
        List<String> deliveries = ids(endpoint + "/deliveries?limit=100");
        assertThat(deliveries).hasSize(many + 1);

        ok(WireRequest.of("DELETE", endpoint));

        for (String delivery : deliveries) {
            assertThat(json(get("/v1/deliveries/" + delivery))).containsEntry("status", "dropped");
        }
    }

    /** Returns the types of all events behind one, oldest first. */
    private List<String> typesAfter(Object event) throws IOException {
        return items("/v1/events?limit=100&after=" + event).stream()
                .map(each -> String.valueOf(each.get("type")))
                .toList();
    }

    private List<String> ids(String list) throws IOException {
        return items(list).stream().map(each -> String.valueOf(each.get("id"))).toList();
    }

    /** Returns the items of all pages of a list. */
    private List<Map<?, ?>> items(String list) throws IOException {
        List<Map<?, ?>> items = new ArrayList<>();
        Object cursor = "";
        while (cursor instanceof String text) {
            Map<String, Object> page = json(get(list + (text.isEmpty() ? "" : "&cursor=" + text)));
            ((List<?>) page.get("data")).forEach(each -> items.add((Map<?, ?>) each));
            cursor = page.get("nextCursor");
        }
        return items;
    }

    /** Returns what a sentence of the page says in the place of a group. */
    private String only(String sentence) {
        return Pattern.compile(sentence)
                .matcher(prose())
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    /** Creates a resource, moves it to a status and returns its path. */
    private String resource(String status) throws IOException {
        String path = "/v1/resources/" + id(post("/v1/resources", "{\"name\":\"r\"}"));
        if (!status.equals("active")) {
            ok(post(path + "/" + (status.equals("paused") ? "pause" : "archive"), ""));
        }
        return path;
    }

    @Test
    void roles_mayWhatThePageSays() throws IOException {
        Map<String, Function<String, WireRequest>> actions = actions();
        Set<String> told = new TreeSet<>();
        for (List<String> row : page.table("May").rows()) {
            for (String action : row.get(0).split(", ")) {
                told.add(action);
                assertThat(actions).containsKey(action);
                for (String role : List.of("owner", "editor", "reader")) {
                    String resource = resource("active");
                    String caller = role.equals("owner") ? key : grantee(resource, role);
                    if (action.equals("delete")) {
                        ok(post(resource + "/archive", ""));
                    }
                    int status = server.send(actions.get(action).apply(resource).withKey(caller))
                            .status();
                    String cell = row.get(List.of("owner", "editor", "reader").indexOf(role) + 1);
                    assertThat(cell.equals("yes") ? status < 300 : status == Integer.parseInt(cell))
                            .as("%s, %s: %d", role, action, status)
                            .isTrue();
                }
            }
        }
        assertThat(told).isEqualTo(actions.keySet());
    }

    private Map<String, Function<String, WireRequest>> actions() {
        String third = server.workspace("starter");
        Map<String, Function<String, WireRequest>> actions = new TreeMap<>();
        actions.put("read the resource and its children", path -> get(path + "?include=children"));
        actions.put("patch", path -> patch(path, "{\"name\":\"s\"}"));
        actions.put("run operations", path -> post(path + "/operations/echo", "{}"));
        actions.put(
                "start jobs",
                path -> post(
                        "/v1/jobs", "{\"type\":\"t\",\"input\":{},\"resourceId\":\"" + path.substring(14) + "\"}"));
        actions.put("write children", path -> post(path + "/children", "{\"name\":\"c\"}"));
        actions.put("delete", path -> WireRequest.of("DELETE", path));
        actions.put(
                "share",
                path -> WireRequest.of("PUT", path + "/shares/" + third).withBody("{\"role\":\"reader\"}"));
        actions.put("read the shares", path -> get(path + "/shares"));
        for (String move : List.of("pause", "resume", "archive", "unarchive")) {
            actions.put(move, path -> post(path + "/" + move, ""));
        }
        return actions;
    }

    /** Shares a resource with another workspace and returns a key of that. */
    private String grantee(String resource, String role) throws IOException {
        String other = server.workspace("business");
        ok(WireRequest.of("PUT", resource + "/shares/" + other).withBody("{\"role\":\"" + role + "\"}"));
        return server.key(other);
    }

    @Test
    void deliveries_areTriedByTheScheduleOfThePage() throws IOException {
        List<Duration> gaps = page.table("Attempt").rows().stream()
                .map(row -> duration(row.get(1)))
                .toList();
        try (WebhookRecorder receiver = new WebhookRecorder(503)) {
            String endpoint = "/v1/webhook-endpoints/"
                    + id(post("/v1/webhook-endpoints", "{\"url\":\"" + receiver.uri() + "\",\"types\":[\"a.b\"]}"));
            ok(post("/v1/events", "{\"type\":\"a.b\",\"data\":{}}"));
            clock.advance(ONE_WEEK);

            Map<?, ?> delivery = first(endpoint + "/deliveries");
            assertThat(delivery.get("status")).isEqualTo("exhausted");
            Instant before = Instant.parse(String.valueOf(delivery.get("createdAt")));
            List<?> attempts = (List<?>) delivery.get("attempts");
            assertThat(attempts).hasSameSizeAs(gaps);
            for (int i = 0; i < gaps.size(); i++) {
                Instant at = Instant.parse(String.valueOf(((Map<?, ?>) attempts.get(i)).get("at")));
                assertThat(Duration.between(before, at))
                        .as("gap %d", i + 1)
                        .isBetween(gaps.get(i), jittered(gaps.get(i)));
                before = at;
            }
        }
        assertThat(prose()).contains("after the gap of this schedule, plus 0–" + Math.round(JITTER_MAX * 100) + " %");
    }

    private static Duration jittered(Duration gap) {
        return gap.plusMillis((long) (gap.toMillis() * JITTER_MAX));
    }

    private static Duration duration(String text) {
        String[] parts = (text + " s").split(" ");
        long number = Long.parseLong(parts[0]);
        return switch (parts[1]) {
            case "h" -> Duration.ofHours(number);
            case "min" -> Duration.ofMinutes(number);
            default -> Duration.ofSeconds(number);
        };
    }

    @Test
    void jobs_areTriedByTheRuleOfThePage() throws IOException {
        MatchResult rule = Pattern.compile("another one after attempt⁴ seconds, (\\d+) hours at most, plus 0–(\\d+) %")
                .matcher(prose())
                .results()
                .findFirst()
                .orElseThrow();
        Duration most = Duration.ofHours(Long.parseLong(rule.group(1)));
        assertThat(Integer.parseInt(rule.group(2))).isEqualTo(Math.round(JOB_JITTER_MAX * 100));
        String job = "/v1/jobs/" + id(post("/v1/jobs", "{\"type\":\"t\",\"input\":{}}"));
        for (int attempt = 1; attempt < 20; attempt++) {
            Map<?, ?> leased = lease();
            String failure = "{\"leaseToken\":\"" + leased.get("leaseToken") + "\",\"error\":{\"detail\":\"no\"}}";
            Map<String, Object> failed = json(post(job + "/fail", failure));
            Duration gap = Duration.between(clock.now(), Instant.parse(String.valueOf(failed.get("nextAttemptAt"))));
            Duration least = Duration.ofSeconds(Math.min((long) Math.pow(attempt, 4), most.toSeconds()));
            assertThat(gap).as("attempt %d", attempt).isBetween(least, least.plusMillis((long)
                    (least.toMillis() * JOB_JITTER_MAX)));
            clock.advance(gap);
        }
    }

    private Map<?, ?> lease() throws IOException {
        List<?> leased =
                (List<?>) json(post("/v1/jobs/lease", "{\"types\":[\"t\"]}")).get("data");
        return (Map<?, ?>) leased.get(0);
    }

    @Test
    void eventTypes_areThoseThatHappen() throws IOException {
        Set<String> shown = new TreeSet<>(page.table("Event type").names());
        changeEverything();
        Set<String> happened = new TreeSet<>();
        Map<String, Object> events = json(get("/v1/events?limit=100"));
        for (Object event : (List<?>) events.get("data")) {
            happened.add(String.valueOf(((Map<?, ?>) event).get("type")));
        }
        assertThat(events.get("hasMore")).isEqualTo(false);
        shown.remove("webhook_endpoint.test"); // no list shows it
        assertThat(shown).isEqualTo(happened);
    }

    /** Finds also the types that no other test here causes, by their spelling in the code. */
    @Test
    void eventTypes_inTheCode_areOnThePage() throws IOException {
        Path code = page.file().resolve("../../engine-core/src/main/java").normalize();
        String starts = OwnEventTypes.RESERVED.stream().map(Pattern::quote).collect(Collectors.joining("|"));
        Pattern type = Pattern.compile("\"((?:" + starts + ")[a-z_]+)\"");
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(code)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                Matcher named = type.matcher(Files.readString(file));
                while (named.find()) {
                    found.add(named.group(1));
                }
            }
        }
        assertThat(found).hasSizeGreaterThan(10);
        assertThat(page.table("Event type").names()).containsAll(found);
    }

    private void changeEverything() throws IOException {
        String resource = resource("paused");
        ok(post(resource + "/resume", ""));
        ok(patch(resource, "{\"name\":\"s\"}"));
        String child = resource + "/children/" + id(post(resource + "/children", "{\"name\":\"c\"}"));
        ok(patch(child, "{\"name\":\"d\"}"));
        ok(WireRequest.of("DELETE", child));
        String share = resource + "/shares/" + server.workspace("starter");
        ok(WireRequest.of("PUT", share).withBody("{\"role\":\"reader\"}"));
        ok(WireRequest.of("DELETE", share));
        ok(post(resource + "/archive", ""));
        ok(post(resource + "/unarchive", ""));
        ok(post(resource + "/archive", ""));
        ok(WireRequest.of("DELETE", resource));
        jobsOfEveryEnd();
        keysAndEndpoints();
        server.engine().admin().changePlan(workspace, "pro").call();
    }

    private void jobsOfEveryEnd() throws IOException {
        String job = "{\"type\":\"t\",\"input\":{}}";
        String path = "/v1/jobs/" + id(post("/v1/jobs", job));
        ok(post(path + "/complete", "{\"leaseToken\":\"" + lease().get("leaseToken") + "\",\"result\":{}}"));
        path = "/v1/jobs/" + id(post("/v1/jobs", job));
        String token = "{\"leaseToken\":\"" + lease().get("leaseToken") + "\"";
        ok(post(path + "/fail", token + ",\"error\":{\"detail\":\"no\"},\"retryable\":false}"));
        ok(post("/v1/jobs/" + id(post("/v1/jobs", job)) + "/cancel", ""));
    }

    private void keysAndEndpoints() throws IOException {
        String second = "/v1/keys/" + id(post("/v1/keys", "{\"name\":\"k\"}"));
        ok(post(second + "/rotate", ""));
        ok(WireRequest.of("DELETE", second));
        String endpoint = "/v1/webhook-endpoints/"
                + id(post("/v1/webhook-endpoints", "{\"url\":\"https://example.com/\",\"types\":[\"no.event\"]}"));
        ok(patch(endpoint, "{\"description\":\"d\"}"));
        ok(patch(endpoint, "{\"status\":\"disabled\"}"));
        ok(WireRequest.of("DELETE", endpoint));
    }

    private String prose() {
        return page.prose().stream().map(HttpApiPage.Prose::text).collect(Collectors.joining("\n"));
    }

    private RawReply send(WireRequest request) throws IOException {
        return server.send(request.withKey(key));
    }

    private RawReply ok(WireRequest request) throws IOException {
        RawReply reply = send(request);
        assertThat(reply.status()).as("%s: %s", request, reply.text()).isLessThan(300);
        return reply;
    }

    private Map<String, Object> json(WireRequest request) throws IOException {
        return Json.of(ok(request).text()).asMap();
    }

    private String id(WireRequest request) throws IOException {
        Map<String, Object> made = json(request);
        return String.valueOf(made.getOrDefault("id", made.get("job_id")));
    }

    private Map<?, ?> first(String list) throws IOException {
        return (Map<?, ?>) ((List<?>) json(get(list)).get("data")).get(0);
    }
}
