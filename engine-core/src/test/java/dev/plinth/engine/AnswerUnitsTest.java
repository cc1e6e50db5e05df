package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.CallDoor;
import dev.plinth.engine.settings.Plan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A unit is a unit, whatever is read: an answer costs one for each started 256 KiB, and so does a refused body (contract §4). */
@Timeout(120)
final class AnswerUnitsTest {
    private static final int UNIT = 256 * 1024;
    private static final String LARGE = "x".repeat(60_000);
    private static final String STREAM = "/v1/events/stream";
    private static final Plan SMALL = Plan.perMinute("small", 30);

    @TempDir
    private Path directory;

    private TestEngine store = TestEngine.open(builder -> builder.plan(SMALL));

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 9, 17})
    void list_costsAUnitForEachStartedPart(int limit) {
        fill(17);
        long before = remaining();

        Reply page = store.call("GET", "/v1/resources?limit=" + limit);

        long units = units(page.body().length);
        assertThat(units).isEqualTo(1 + limit * 60_000L / UNIT);
        assertThat(remaining(page))
                .as("its own header shows what was left before")
                .isEqualTo(before - 1);
        assertThat(before - remaining()).isEqualTo(units);
        assertThat(logged(page)).isEqualTo(units);
    }

    @Test
    void typedClient_costsWhatTheWireCosts() {
        fill(17);
        long before = remaining();

        assertThat(store.engine()
                        .client(store.key())
                        .resources()
                        .list()
                        .limit(17)
                        .call()
                        .data())
                .hasSize(17);

        assertThat(before - remaining()).isEqualTo(4);
    }

    @Test
    void head_ofALargeAnswer_costsOne() {
        fill(17);
        long before = remaining();

        Reply head = store.call("HEAD", "/v1/resources?limit=17");

        assertThat(before - remaining()).isEqualTo(1);
        assertThat(logged(head)).isEqualTo(1);
    }

    @Test
    void answersBeyondTheBucket_leaveItBelowZeroUntilTheyArePaid() {
        fill(17);
        String unused = useSmall(shareAll());

        int passed = 0;
        while (store.status("/v1/resources?shared=true&limit=17") == 200) {
            passed++;
        }

        assertThat(passed).as("30 units at 4 a page").isEqualTo(8);
        Reply refused = store.call("GET", "/v1/resources");
        assertThat(refused.header("RateLimit")).isEqualTo("\"small\";r=0;t=6");
        assertThat(refused.header("Retry-After")).isEqualTo("6");
        store.pass(Duration.ofSeconds(6));
        assertThat(store.status("/v1/resources?shared=true&limit=17")).isEqualTo(200); // and owes three
        refused = store.call("GET", "/v1/resources");
        assertThat(refused.header("RateLimit")).isEqualTo("\"small\";r=0;t=8");
        assertThat(store.text("/v1/rate-limit")).contains("\"remaining\":0,\"resetSeconds\":8");
        store.pass(Duration.ofMillis(7_999));
        assertThat(store.status("/v1/resources")).isEqualTo(429);
        store.pass(Duration.ofMillis(1));
        assertThat(store.status("/v1/resources")).isEqualTo(200);
    }

    @Test
    void debt_survivesARestart() {
        store.close();
        store = TestEngine.open(builder -> builder.plan(SMALL).directory(directory));
        fill(17);
        String unused = useSmall(shareAll());
        for (int i = 0; i < 5; i++) {
            assertThat(store.status("/v1/resources?shared=true&limit=17")).isEqualTo(200);
        }
        for (int i = 0; i < 9; i++) {
            assertThat(store.status("/v1/resources")).isEqualTo(200);
        }
        assertThat(store.status("/v1/resources?shared=true&limit=17")).isEqualTo(200); // the last unit, and three owed

        store.reopen();

        assertThat(store.call("GET", "/v1/resources").header("RateLimit")).isEqualTo("\"small\";r=0;t=8");
    }

    @ParameterizedTest
    @CsvSource({
        "422, '{\"operations\":[{\"action\":\"fly\",\"id\":\"%s\"}]}'",
        "422, '{\"operations\":[],\"filler\":\"%s\"}'",
        "422, '[\"%s\"]'"
    })
    void bulkBody_refused_costsAUnitForEachStartedPart(int status, String body) {
        long before = remaining();

        Reply refused = store.call("POST", "/v1/resources/bulk", body.formatted("x".repeat(3 * UNIT)));

        assertThat(refused.status()).isEqualTo(status);
        assertThat(before - remaining()).isEqualTo(4);
        assertThat(logged(refused)).isEqualTo(4);
    }

    @Test
    void bulkBody_refusedForLackOfMemory_isPaid() {
        CallDoor door = store.engine().door(Runnable::run);
        Call head = Call.of("POST", "/v1/resources/bulk").withKey(store.key());
        String values = String.join(",", Collections.nCopies(UNIT, "1"));
        long before = remaining();

        Reply refused = await(door.admit(head)
                .submit(("{\"operations\":[" + values + "]}").getBytes(StandardCharsets.UTF_8), bytes -> false));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(before - remaining()).isEqualTo(3);
    }

    @Test
    void bulkBody_refusedByTheRateLimit_costsNothing() {
        String unused = useSmall(List.of());
        while (store.status("/v1/resources") == 200) {}

        Reply refused = store.call("POST", "/v1/resources/bulk", "[\"" + "x".repeat(3 * UNIT) + "\"]");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("RateLimit")).isEqualTo("\"small\";r=0;t=2");
    }

    @Test
    void stream_costsAUnitForEachStartedPartThatItSends() {
        String first = publish("first");
        for (int i = 0; i < 30; i++) {
            publish(LARGE);
        }
        long before = remaining();

        Reply stream = resume(first);
        long sent = stream.body().length;
        Reply.Rest rest = stream.rest().orElseThrow();
        while (sent < 30 * 60_000) {
            Reply.Part part = await(rest.next());
            sent += part.bytes().length;
            rest = part.rest().orElseThrow();
        }

        assertThat(units(sent)).isEqualTo(7);
        assertThat(before - remaining()).isEqualTo(units(sent));
        assertThat(logged(stream)).isEqualTo(units(sent));
        assertThat(store.text("/v1/requests?route=/v1/events/stream")).contains("\"units\":7,");
    }

    @Test
    void answers_ofRoutesThatCostNothing_areFree() {
        store.close();
        store = TestEngine.open(
                builder -> builder.routeCost("GET /v1/events/stream", 0).routeCost("GET /v1/resources", 0));
        fill(17);
        String first = publish("first");
        for (int i = 0; i < 10; i++) {
            publish(LARGE);
        }
        long before = remaining();

        Reply page = store.call("GET", "/v1/resources?limit=17");
        Reply stream = resume(first);
        List<Integer> sent = new ArrayList<>();
        Reply.Rest unused = untilItTakesAUnit(stream, sent);

        assertThat(page.body().length).isGreaterThan(3 * UNIT);
        assertThat(bytes(sent)).isGreaterThan(UNIT);
        assertThat(before - remaining()).isZero();
    }

    @Test
    void stream_withoutUnits_goesOnWhenTheyHaveComeBack() {
        String unused = useSmall(List.of());
        String first = publish("first");
        for (int i = 0; i < 27; i++) {
            publish(LARGE);
        }
        List<Integer> sent = new ArrayList<>();
        CompletableFuture<Reply.Part> next =
                untilItTakesAUnit(resume(first), sent).next(); // the opening left one
        assertThat(next).isNotDone();
        assertThat(store.status("/v1/resources")).as("what is left to calls").isEqualTo(429);

        while (bytes(sent) < 27 * 60_000) {
            store.pass(Duration.ofSeconds(6));
            Reply.Part part = await(next);
            sent.add(part.bytes().length);
            next = part.rest().orElseThrow().next();
        }

        assertThat(sent).hasSizeGreaterThan(4);
        assertThat(store.status("/v1/resources")).as("calls are let in first").isEqualTo(200);
    }

    /** Waits for the 15 seconds. */
    @Test
    @Tag("slow")
    void stream_withoutUnitsForLong_showsThatItIsAliveAndEndsWithItsWorkspace() {
        String workspace = useSmall(List.of());
        String first = publish("first");
        for (int i = 0; i < 28; i++) {
            publish(LARGE);
        }
        Reply.Rest stream = untilItTakesAUnit(resume(first), new ArrayList<>()); // which the workspace owes

        Reply.Part alive = await(stream.next());
        CompletableFuture<Reply.Part> next = alive.rest().orElseThrow().next();
        store.engine()
                .call(Call.of("PATCH", "/admin/v1/workspaces/" + workspace)
                        .withKey(store.adminToken())
                        .withBody(Json.of("{\"status\":\"suspended\"}")));

        assertThat(alive.text()).isEqualTo(":\n\n");
        assertThat(await(next).rest()).isEmpty();
    }

    private void fill(int count) {
        for (int i = 0; i < count; i++) {
            store.make("/v1/resources", "{\"name\":\"r\",\"data\":{\"text\":\"" + LARGE + "\"}}");
        }
    }

    /** Returns the resources of the present workspace. */
    private List<String> shareAll() {
        List<String> ids = new ArrayList<>();
        for (Object each :
                (List<?>) Json.of(store.text("/v1/resources?limit=17")).asMap().get("data")) {
            ids.add(String.valueOf(((Map<?, ?>) each).get("id")));
        }
        return ids;
    }

    /** Makes the calls from now on with the key of a workspace with few units, to which resources are shared. */
    private String useSmall(List<String> shared) {
        String workspace = store.engine()
                .admin()
                .createWorkspace("small", SMALL.name())
                .call()
                .id();
        for (String id : shared) {
            assertThat(store.call("PUT", "/v1/resources/" + id + "/shares/" + workspace, "{\"role\":\"reader\"}")
                            .status())
                    .isEqualTo(201);
        }
        store.use(store.newKey(workspace));
        return workspace;
    }

    private String publish(String text) {
        return store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{\"text\":\"" + text + "\"}}");
    }

    private Reply resume(String lastEventId) {
        return store.engine()
                .call(Call.of("GET", STREAM).withKey(store.key()).withHeader("Last-Event-ID", lastEventId));
    }

    /** Reads parts of a stream until it has sent more than its opening paid for, and returns what comes after them. */
    private static Reply.Rest untilItTakesAUnit(Reply stream, List<Integer> sent) {
        sent.add(stream.body().length);
        Reply.Rest rest = stream.rest().orElseThrow();
        while (units(bytes(sent)) < 2) {
            Reply.Part part = await(rest.next());
            sent.add(part.bytes().length);
            rest = part.rest().orElseThrow();
        }
        return rest;
    }

    private static long bytes(List<Integer> parts) {
        return parts.stream().mapToLong(Integer::longValue).sum();
    }

    private static long units(long bytes) {
        return Math.max(1, (bytes + UNIT - 1) / UNIT);
    }

    private long remaining() {
        Map<?, ?> limit = Json.of(store.text("/v1/rate-limit")).asMap();
        Map<?, ?> policy = (Map<?, ?>) ((List<?>) limit.get("policies")).get(0);
        return Long.parseLong(policy.get("remaining").toString());
    }

    private static long remaining(Reply reply) {
        return Long.parseLong(String.valueOf(reply.header("RateLimit")).replaceFirst(".*;r=(\\d+);.*", "$1"));
    }

    private long logged(Reply reply) {
        String entry = store.text("/v1/requests/" + reply.header("Request-Id"));
        return Long.parseLong(Json.of(entry).asMap().get("units").toString());
    }

    private static <T> T await(CompletableFuture<T> future) {
        return future.orTimeout(60, TimeUnit.SECONDS).join();
    }
}
