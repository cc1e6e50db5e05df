package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.JsonApi.Answer;
import dev.plinth.engine.http.OracleWriter.Done;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Compares a server that came back with what its writers know: every call that was acknowledged has its row, its event, its
 * remembered answer and its deliveries; one that was open has all of them or none; and there is nothing else.
 */
final class Oracle {
    private static final String EVENTS = "/v1/events";

    /** The longest that a call may wait, and how often it is made: on a slow machine a job ends late. */
    private static final int JOB_SECONDS = 30;

    private static final int JOB_WAITS_MAX = 10;

    private final JsonApi api;
    private final List<OracleWriter> writers;
    private final String endpoint;
    private final Set<String> delivered = new HashSet<>();
    private final Map<String, Integer> changes = new TreeMap<>();
    private final Map<String, String> newestBefore = new HashMap<>();
    private int happened;
    private int free;

    /** The resources that bulk jobs have made since the last check. */
    private int madeByBulks;

    /**
     * @param endpoint id of the webhook endpoint that gets {@code resource.*}
     */
    Oracle(JsonApi api, List<OracleWriter> writers, String endpoint) throws IOException, InterruptedException {
        this.api = api;
        this.writers = writers;
        this.endpoint = endpoint;
        begin();
    }

    /** Ids of all events so far that have to be delivered. */
    Set<String> delivered() {
        return delivered;
    }

    /** Returns what was checked so far, for a person. */
    String figures() {
        return changes + ", of the open calls " + happened + " had happened and " + free + " had not";
    }

    /** Checks all that the writers know, and completes what was open. */
    void check() throws IOException, InterruptedException {
        for (OracleWriter writer : writers) {
            writer.rethrow();
        }
        for (OracleWriter writer : writers) {
            complete(writer);
        }
        madeByBulks = 0;
        for (OracleWriter writer : writers) {
            finishBulks(writer);
        }
        for (OracleWriter writer : writers) {
            checkRows(writer);
            for (Done done : writer.done()) {
                writer.replay(done);
                changes.merge(done.ask().kind().name(), 1, Integer::sum);
            }
        }
        checkLists();
        checkEvents();
        for (OracleWriter writer : writers) {
            writer.forget();
        }
        begin();
    }

    /** Remembers the newest entries. The clock of the server may be wrong, so no time tells what is newer. */
    private void begin() throws IOException, InterruptedException {
        for (String path : List.of(EVENTS, deliveries())) {
            List<Map<String, Object>> page = JsonApi.entries(api.page(path, ""));
            newestBefore.put(
                    path, page.isEmpty() ? "" : String.valueOf(page.get(0).get("id")));
        }
    }

    private String deliveries() {
        return "/v1/webhook-endpoints/" + endpoint + "/deliveries";
    }

    /** Repeats the call whose answer never came: it is a replay if and only if the change is there. */
    private void complete(OracleWriter writer) throws IOException, InterruptedException {
        OracleCall oracleCall = writer.open();
        if (oracleCall == null) {
            return;
        }
        if (oracleCall.kind() == OracleCall.Kind.BULK) {
            writer.send(oracleCall);
            return;
        }
        boolean there = isThere(oracleCall, writer);
        assertThat(there && writer.saysNothingChanged())
                .as("the change is there, although the answer was that nothing was changed: %s", oracleCall)
                .isFalse();
        assertThat(writer.send(oracleCall))
                .as("replayed, as the change is there: %s", oracleCall)
                .isEqualTo(there);
        if (there) {
            happened++;
        } else {
            free++;
        }
    }

    private boolean isThere(OracleCall oracleCall, OracleWriter writer) throws IOException, InterruptedException {
        if (oracleCall.kind() == OracleCall.Kind.SHARE || oracleCall.kind() == OracleCall.Kind.UNSHARE) {
            String list = oracleCall.path().substring(0, oracleCall.path().lastIndexOf('/'));
            return api.all(list).isEmpty() == (oracleCall.kind() == OracleCall.Kind.UNSHARE);
        }
        if (oracleCall.kind().makesSomething()) {
            return api.all(listOf(oracleCall)).stream()
                    .anyMatch(entry -> entry.toString().contains(oracleCall.mark() + ","));
        }
        String path = oracleCall.path().replaceAll("/(pause|resume|archive|unarchive|cancel)$", "");
        Answer now = api.get(path);
        if (oracleCall.kind().endsSomething()) {
            return now.status() == 404;
        }
        if (oracleCall.kind() == OracleCall.Kind.CANCEL_JOB || oracleCall.kind() == OracleCall.Kind.REVOKE_KEY) {
            return List.of("canceled", "revoked").contains(now.json().get("status"));
        }
        return !now.json().equals(writer.rows().get(path));
    }

    private static String listOf(OracleCall oracleCall) {
        return switch (oracleCall.kind()) {
            case CREATE -> oracleCall.path() + "?status=all";
            case CREATE_JOB -> oracleCall.path() + "?type=" + oracleCall.mark();
            case PUBLISH -> oracleCall.path() + "?type=host." + oracleCall.mark();
            default -> oracleCall.path();
        };
    }

    /**
     * A bulk job that was accepted comes to its end. It has made each thing once, but for those at which it says that the
     * engine failed: for lack of memory, which is one of the faults.
     */
    private void finishBulks(OracleWriter writer) throws IOException, InterruptedException {
        Map<String, Integer> told = new HashMap<>();
        for (Map.Entry<String, String> bulk : writer.bulks().entrySet()) {
            String job = bulk.getKey();
            Map<String, Object> ended = api.get(job + "?wait=" + JOB_SECONDS).json();
            for (int i = 1; i < JOB_WAITS_MAX && isUnderWay(ended); i++) {
                ended = api.get(job + "?wait=" + JOB_SECONDS).json();
            }
            assertThat(ended.get("status")).as("%s: %s", job, ended).isEqualTo("succeeded");
            String outcomes = String.valueOf(ended.get("result"));
            int done = count(outcomes, "status=201,");
            assertThat(done + count(outcomes, "code=internal_error,"))
                    .as("operations of %s: %s", job, outcomes)
                    .isEqualTo(OracleWriter.BULK_CREATES);
            told.put(bulk.getValue(), done);
        }
        Map<String, Integer> made = new HashMap<>();
        told.forEach((mark, none) -> made.put(mark, 0));
        for (Map<String, Object> resource :
                told.isEmpty() ? List.<Map<String, Object>>of() : api.all("/v1/resources?status=all")) {
            String name = String.valueOf(resource.get("name"));
            if (told.containsKey(name)) {
                made.merge(name, 1, Integer::sum);
                writer.adopt(resource);
            }
        }
        assertThat(made).as("resources that the bulk jobs have made").isEqualTo(told);
        madeByBulks += told.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static boolean isUnderWay(Map<String, Object> job) {
        return String.valueOf(job.get("status")).matches("scheduled|queued|running");
    }

    private void checkRows(OracleWriter writer) throws IOException, InterruptedException {
        for (Map.Entry<String, Map<String, Object>> row : writer.rows().entrySet()) {
            Map<String, Object> shown = api.get(row.getKey()).json();
            assertThat(shown).as(row.getKey()).containsAllEntriesOf(row.getValue());
        }
        for (String path : writer.gone()) {
            assertThat(api.get(path).status()).as("status of %s", path).isEqualTo(404);
        }
    }

    private void checkLists() throws IOException, InterruptedException {
        Map<String, Map<String, Object>> resources = new TreeMap<>();
        Map<String, Map<String, Object>> keys = new TreeMap<>();
        for (OracleWriter writer : writers) {
            writer.rows().forEach((path, row) -> {
                if (path.matches("/v1/resources/[^/]*")) {
                    resources.put(String.valueOf(row.get("id")), row);
                } else if (path.startsWith("/v1/keys/")) {
                    keys.put(String.valueOf(row.get("id")), row);
                }
            });
        }
        assertThat(byId(api.all("/v1/resources?status=all")))
                .as("all resources")
                .isEqualTo(resources);
        for (String status : List.of("active", "paused", "archived")) {
            Map<String, Map<String, Object>> expected = new TreeMap<>(resources);
            expected.values().removeIf(row -> !status.equals(row.get("status")));
            assertThat(byId(api.all("/v1/resources?status=" + status)))
                    .as("resources that are %s", status)
                    .isEqualTo(expected);
        }
        assertThat(byId(api.all("/v1/keys"))).as("keys").containsAllEntriesOf(keys);
        for (OracleWriter writer : writers) {
            for (String path : writer.rows().keySet()) {
                if (path.matches("/v1/resources/[^/]*")) {
                    checkBelow(writer, path);
                }
            }
        }
    }

    private void checkBelow(OracleWriter writer, String path) throws IOException, InterruptedException {
        Map<String, Map<String, Object>> children = new TreeMap<>();
        writer.rows().forEach((row, child) -> {
            if (row.startsWith(path + "/children/")) {
                children.put(String.valueOf(child.get("id")), child);
            }
        });
        assertThat(byId(api.all(path + "/children"))).as("children of %s", path).isEqualTo(children);
        Map<String, Object> share = writer.shares().get(path);
        assertThat(api.all(path + "/shares"))
                .as("shares of %s", path)
                .isEqualTo(share == null ? List.of() : List.of(share));
    }

    private static Map<String, Map<String, Object>> byId(List<Map<String, Object>> entries) {
        Map<String, Map<String, Object>> byId = new TreeMap<>();
        for (Map<String, Object> entry : entries) {
            byId.put(String.valueOf(entry.get("id")), entry);
        }
        assertThat(byId).as("each entry once").hasSameSizeAs(entries);
        return byId;
    }

    /** Each change since the last check has its one event, no event is without a change, and each has its delivery. */
    private void checkEvents() throws IOException, InterruptedException {
        Map<String, Integer> expected = new TreeMap<>();
        Map<String, List<Map<String, Object>>> events = new TreeMap<>();
        for (Map<String, Object> event : newest(EVENTS)) {
            events.computeIfAbsent(String.valueOf(event.get("type")), type -> new ArrayList<>())
                    .add(event);
        }
        expected.merge("resource.created", madeByBulks, Integer::sum);
        for (OracleWriter writer : writers) {
            for (Done done : writer.done()) {
                checkEvents(done, events);
                expected.merge(typeOf(done.ask()), 1, Integer::sum);
                expected.merge("child.deleted", done.children().size(), Integer::sum);
            }
            expected.merge("job.succeeded", writer.bulks().size(), Integer::sum);
        }
        expected.remove("");
        expected.values().removeIf(count -> count == 0);
        Map<String, Integer> counts = new TreeMap<>();
        Set<String> toDeliver = new TreeSet<>();
        events.forEach((type, ofType) -> {
            counts.put(type, ofType.size());
            if (type.startsWith("resource.")) {
                ofType.forEach(event -> toDeliver.add(String.valueOf(event.get("id"))));
            }
        });
        assertThat(counts).as("events by type").isEqualTo(expected);
        List<String> deliveries = newest(deliveries()).stream()
                .map(delivery -> String.valueOf(delivery.get("eventId")))
                .toList();
        assertThat(deliveries).as("events with a delivery").containsExactlyInAnyOrderElementsOf(toDeliver);
        delivered.addAll(toDeliver);
    }

    private static String typeOf(OracleCall oracleCall) {
        return oracleCall.kind() == OracleCall.Kind.PUBLISH
                ? "host." + oracleCall.mark()
                : oracleCall.kind().event();
    }

    private static void checkEvents(Done done, Map<String, List<Map<String, Object>>> events) {
        OracleCall oracleCall = done.ask();
        if (oracleCall.kind() == OracleCall.Kind.PUBLISH) {
            assertThat(events.get(typeOf(oracleCall)))
                    .as("events of %s", oracleCall)
                    .isEqualTo(List.of(done.told()));
        } else if (!oracleCall.kind().event().isEmpty()) {
            assertThat(events.getOrDefault(oracleCall.kind().event(), List.of()))
                    .as("events of %s", oracleCall)
                    .filteredOn(event -> done.told().equals(event.get("data")))
                    .hasSize(1);
        }
        for (String child : done.children()) {
            assertThat(events.getOrDefault("child.deleted", List.of()))
                    .as("events of child %s", child)
                    .filteredOn(event -> String.valueOf(event.get("data")).contains(child))
                    .hasSize(1);
        }
    }

    /** The entries of a list since the last check. */
    private List<Map<String, Object>> newest(String path) throws IOException, InterruptedException {
        List<Map<String, Object>> newest = new ArrayList<>();
        String cursor = "";
        while (true) {
            Map<String, Object> page = api.page(path, cursor);
            for (Map<String, Object> entry : JsonApi.entries(page)) {
                if (String.valueOf(entry.get("id")).equals(newestBefore.get(path))) {
                    return newest;
                }
                newest.add(entry);
            }
            if (!(page.get("nextCursor") instanceof String next)) {
                return newest;
            }
            cursor = next;
        }
    }
}
