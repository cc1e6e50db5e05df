package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.JsonApi.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client that changes things of its own, one call after the other, and remembers what was acknowledged: so at any time at
 * most one of its calls is open, and everything else is known. One thread at a time.
 */
final class OracleWriter {
    static final int BULK_CREATES = 3;
    private static final String RESOURCES = "/v1/resources";
    private static final String OUTCOME_UNKNOWN = "outcome_unknown";
    private static final int RESOURCES_MAX = 12;
    private static final int OTHERS_MAX = 3;
    private static final int DATA_CHARS_MAX = 2000;

    private final JsonApi api;
    private final String name;
    private final String grantee;
    private final String sink;
    private final BooleanSupplier mayFail;
    private final Random random;
    private final Map<String, Map<String, Object>> rows = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> shares = new TreeMap<>();
    private final Set<String> gone = new LinkedHashSet<>();
    private final Map<String, String> bulks = new LinkedHashMap<>();
    private final List<Done> done = new ArrayList<>();
    private int marks;
    private @Nullable OracleCall open;
    private boolean saysNothingChanged;
    private volatile @Nullable AssertionError failure;

    /**
     * @param name what all its marks start with
     * @param grantee the workspace with which it shares
     * @param sink where its webhooks go
     * @param mayFail whether a failure of the server leaves a call open, as a server that is gone does
     */
    OracleWriter(JsonApi api, String name, String grantee, String sink, BooleanSupplier mayFail, Random random) {
        this.api = api;
        this.name = name;
        this.grantee = grantee;
        this.sink = sink;
        this.mayFail = mayFail;
        this.random = random;
    }

    /**
     * A call that was acknowledged.
     *
     * @param told what its event has to tell; empty if it has none
     * @param children ids of the children that went with it
     */
    record Done(OracleCall ask, Answer answer, Map<String, Object> told, List<String> children) {}

    /** Tells what a GET of each path has to show. */
    Map<String, Map<String, Object>> rows() {
        return rows;
    }

    /** The one share of each resource that has one, by the resource's path. */
    Map<String, Map<String, Object>> shares() {
        return shares;
    }

    /** Paths of what was deleted since the last {@link #forget}. */
    Set<String> gone() {
        return gone;
    }

    /** Bulk jobs since the last {@link #forget} by path, each with the mark of what it creates. */
    Map<String, String> bulks() {
        return bulks;
    }

    /** Returns what was acknowledged since the last {@link #forget}. */
    List<Done> done() {
        return done;
    }

    /** The call whose answer never came. */
    @Nullable
    OracleCall open() {
        return open;
    }

    /** Returns whether the server has answered the open call that nothing was changed. */
    boolean saysNothingChanged() {
        return saysNothingChanged;
    }

    /** Fails if an answer was not the one that was due. */
    void rethrow() {
        AssertionError found = failure;
        if (found != null) {
            throw found;
        }
    }

    /** Changes things until the server is gone; tells of each that was acknowledged. */
    void run(Runnable acknowledged) {
        try {
            while (true) {
                if (!done.isEmpty() && random.nextInt(12) == 0) {
                    replay(done.get(random.nextInt(done.size())));
                } else {
                    send(next());
                    acknowledged.run();
                }
            }
        } catch (IOException serverIsGone) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (AssertionError e) {
            failure = e;
        }
    }

    /** Sends a call, and notes what it answers; whether that is a replay. */
    boolean send(OracleCall ask) throws IOException, InterruptedException {
        open = ask;
        saysNothingChanged = false;
        Answer answer = api.send(ask.kind().method(), ask.path(), ask.key(), ask.body());
        if (answer.isFailure() && mayFail.getAsBoolean()) {
            saysNothingChanged = !OUTCOME_UNKNOWN.equals(answer.json().get("code"));
            throw new IOException("The server has failed: " + answer.body());
        }
        open = null;
        assertThat(answer.status())
                .as("%s: %s", ask, answer.body())
                .isEqualTo(ask.kind().status());
        note(ask, answer);
        return answer.replayed();
    }

    /** Repeats a call, which has to answer as it did. */
    void replay(Done call) throws IOException, InterruptedException {
        OracleCall ask = call.ask();
        Answer again = api.send(ask.kind().method(), ask.path(), ask.key(), ask.body());
        if (again.isFailure() && mayFail.getAsBoolean()) {
            throw new IOException("The server has failed: " + again.body());
        }
        assertThat(again.replayed()).as("%s is replayed: %s", ask, again.body()).isTrue();
        assertThat(again.first())
                .as("the replay of %s", ask)
                .isEqualTo(call.answer().first());
    }

    /** Takes over what a bulk job has made. */
    void adopt(Map<String, Object> resource) {
        rows.put(RESOURCES + "/" + resource.get("id"), resource);
    }

    /** Forgets what was checked, and what nothing will change any more. */
    void forget() {
        done.clear();
        gone.clear();
        bulks.clear();
        rows.keySet().removeIf(path -> path.startsWith("/v1/events/"));
        rows.entrySet()
                .removeIf(row -> String.valueOf(row.getValue().get("status")).matches("canceled|revoked"));
    }

    private void note(OracleCall ask, Answer answer) {
        Map<String, Object> body = new LinkedHashMap<>(answer.json());
        body.remove("secret");
        Map<String, Object> told = body;
        List<String> children = new ArrayList<>();
        String id = String.valueOf(body.get("id"));
        switch (ask.kind()) {
            case CREATE, CREATE_CHILD, CREATE_KEY, CREATE_ENDPOINT, PUBLISH -> rows.put(ask.path() + "/" + id, body);
            case PATCH, PATCH_CHILD, PATCH_ENDPOINT, REVOKE_KEY -> rows.put(ask.path(), body);
            case PAUSE, RESUME, ARCHIVE, UNARCHIVE -> rows.put(RESOURCES + "/" + id, body);
            case CANCEL_JOB -> rows.put("/v1/jobs/" + id, body);
            case DELETE, DELETE_CHILD, DELETE_ENDPOINT -> take(ask.path(), children);
            case SHARE -> shares.put(RESOURCES + "/" + ask.resource(), body);
            case UNSHARE -> {
                told = new TreeMap<>(shares.remove(RESOURCES + "/" + ask.resource()));
                told.put("deleted", true);
            }
            case CREATE_JOB ->
                rows.put("/v1/jobs/" + body.get("job_id"), new LinkedHashMap<>(Map.of("status", "queued")));
            case BULK -> bulks.put("/v1/jobs/" + body.get("job_id"), ask.mark());
        }
        done.add(new Done(ask, answer, told == null ? Map.of() : told, children));
    }

    private void take(String path, List<String> children) {
        shares.remove(path);
        for (String row : List.copyOf(rows.keySet())) {
            if (row.startsWith(path)) {
                rows.remove(row);
                gone.add(row);
                if (!row.equals(path)) {
                    children.add(row.substring(row.lastIndexOf('/') + 1));
                }
            }
        }
    }

    private OracleCall next() {
        List<String> resources = paths(path -> path.matches(RESOURCES + "/[^/]*"));
        int dice = random.nextInt(100);
        if (dice < 30) {
            return nextOfOthers(random.nextInt(6));
        }
        if (resources.size() < 2 || dice < 45 && resources.size() < RESOURCES_MAX) {
            return ask(OracleCall.Kind.CREATE, RESOURCES, content(), "");
        }
        String path = resources.get(random.nextInt(resources.size()));
        String status = String.valueOf(rows.getOrDefault(path, Map.of()).get("status"));
        String id = path.substring(RESOURCES.length() + 1);
        if (status.equals("archived")) {
            return random.nextInt(3) > 0
                    ? ask(OracleCall.Kind.DELETE, path, "", id)
                    : ask(OracleCall.Kind.UNARCHIVE, path + "/unarchive", "", id);
        }
        List<String> children = paths(row -> row.startsWith(path + "/children/"));
        String child = children.isEmpty() ? "" : children.get(random.nextInt(children.size()));
        switch (random.nextInt(7)) {
            case 0:
                return ask(OracleCall.Kind.ARCHIVE, path + "/archive", "", id);
            case 1:
                return status.equals("paused")
                        ? ask(OracleCall.Kind.RESUME, path + "/resume", "", id)
                        : ask(OracleCall.Kind.PAUSE, path + "/pause", "", id);
            case 2:
                String share = path + "/shares/" + grantee;
                return shares.containsKey(path)
                        ? ask(OracleCall.Kind.UNSHARE, share, "", id)
                        : ask(OracleCall.Kind.SHARE, share, "{\"role\":\"reader\"}", id);
            case 3, 4:
                return child.isEmpty() || children.size() < OTHERS_MAX && random.nextBoolean()
                        ? ask(OracleCall.Kind.CREATE_CHILD, path + "/children", content(), id)
                        : random.nextBoolean()
                                ? ask(OracleCall.Kind.PATCH_CHILD, child, content(), id)
                                : ask(OracleCall.Kind.DELETE_CHILD, child, "", id);
            default:
                return ask(OracleCall.Kind.PATCH, path, content(), id);
        }
    }

    private OracleCall nextOfOthers(int which) {
        List<String> keys = active("/v1/keys/");
        List<String> endpoints = paths(path -> path.startsWith("/v1/webhook-endpoints/"));
        List<String> jobs = paths(path ->
                path.startsWith("/v1/jobs/") && rows.get(path).get("status").equals("queued"));
        return switch (which) {
            case 0 ->
                keys.size() > OTHERS_MAX
                        ? ask(OracleCall.Kind.REVOKE_KEY, keys.get(0), "", "")
                        : ask(OracleCall.Kind.CREATE_KEY, "/v1/keys", "{\"name\":\"MARK\"}", "");
            case 1 ->
                endpoints.size() > OTHERS_MAX
                        ? ask(OracleCall.Kind.DELETE_ENDPOINT, endpoints.get(0), "", "")
                        : ask(
                                OracleCall.Kind.CREATE_ENDPOINT,
                                "/v1/webhook-endpoints",
                                "{\"description\":\"MARK\",\"url\":\"" + sink + "\",\"types\":[\"nothing\"]}",
                                "");
            case 2 ->
                endpoints.isEmpty()
                        ? nextOfOthers(1)
                        : ask(OracleCall.Kind.PATCH_ENDPOINT, endpoints.get(0), "{\"description\":\"MARK\"}", "");
            case 3 ->
                jobs.size() > OTHERS_MAX
                        ? ask(OracleCall.Kind.CANCEL_JOB, jobs.get(0) + "/cancel", "", "")
                        : ask(OracleCall.Kind.CREATE_JOB, "/v1/jobs", "{\"type\":\"MARK\",\"input\":{}}", "");
            case 4 ->
                ask(OracleCall.Kind.PUBLISH, "/v1/events", "{\"type\":\"host.MARK\",\"data\":{\"of\":\"MARK\"}}", "");
            default ->
                paths(path -> path.matches(RESOURCES + "/[^/]*")).size() < RESOURCES_MAX
                        ? ask(OracleCall.Kind.BULK, "/v1/resources/bulk", bulk(), "")
                        : nextOfOthers(4);
        };
    }

    private static String bulk() {
        List<String> creates = new ArrayList<>();
        for (int i = 0; i < BULK_CREATES; i++) {
            creates.add("{\"action\":\"create\",\"name\":\"MARK\"}");
        }
        return "{\"operations\":[" + String.join(",", creates) + "]}";
    }

    private String content() {
        return "{\"name\":\"MARK\",\"data\":{\"text\":\"" + "x".repeat(random.nextInt(DATA_CHARS_MAX)) + "\"}}";
    }

    private OracleCall ask(OracleCall.Kind kind, String path, String body, String resource) {
        String mark = name + "_" + marks++;
        return new OracleCall(kind, path, "key-" + mark, body.replace("MARK", mark), mark, resource);
    }

    private List<String> active(String prefix) {
        return paths(
                path -> path.startsWith(prefix) && !rows.get(path).get("status").equals("revoked"));
    }

    private List<String> paths(Predicate<String> wanted) {
        return rows.keySet().stream().filter(wanted).toList();
    }
}
