package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A batch of n operations leaves what n calls leave and answers what they answer, or leaves nothing and answers what its first
 * wrong call answers. Two engines get the same operations, one as batches and one as calls.
 */
@Timeout(300)
@Tag("scaled")
final class BatchModelTest {
    private static final int BATCHES = TestScale.count(1_500);
    private static final int OPERATIONS_MAX = 12;
    private static final Pattern ID = Pattern.compile("\\b([a-z]+)_[0-9a-z]{26}\\b");
    private static final Pattern UNEQUAL = Pattern.compile(
            "\"nextCursor\":\"[^\"]*\"|\"last4\":\"[^\"]*\"|\"durationMillis\":\\d+|http://127.0.0.1:\\d+/");
    private static final List<String> TABLES =
            List.of("resources", "children", "shares", "jobs", "events", "deliveries", "remembered");
    private static final String[] MOVES = {"pause", "resume", "archive", "unarchive"};
    private static final String[] LISTS = {
        "/v1/resources?status=all",
        "/v1/resources?status=paused",
        "/v1/resources?type=invoice&status=all",
        "/v1/resources?metadata.team=red&status=all",
        "/v1/jobs",
        "/v1/jobs?status=queued",
        "/v1/events",
        "/v1/events?type=payment.*"
    };

    private final long seed = TestScale.seed();
    private final Random random = new Random(seed);
    private final Side batched = new Side();
    private final Side single = new Side();
    private final List<Made> made = new ArrayList<>();

    /** Something that an operation has made: its kind and its id on each side. */
    private record Made(String kind, String inBatched, String inSingle, int parent) {}

    /** An operation, whose path and body name things by their place: {@code #n} of those made before, {@code $n} of the batch. */
    private record Op(String method, String path, String body, String ifMatch, String makes, int parent) {}

    /** An engine with a workspace, an endpoint and a second workspace. */
    private static final class Side implements AutoCloseable {
        final TestEngine engine = TestEngine.inMemory();
        final Map<String, String> names = new HashMap<>();
        final String grantee;
        final String endpoint;

        Side() {
            grantee = engine.newWorkspace("grantee");
            engine.use(engine.newKey(engine.newWideWorkspace()));
            endpoint = engine.endpoint();
        }

        /** A text with each id by the order in which it was first seen. */
        String plain(String text) {
            return ID.matcher(text)
                    .replaceAll(
                            match -> names.computeIfAbsent(match.group(), id -> match.group(1) + "#" + names.size()));
        }

        String state() {
            engine.pass(Duration.ZERO);
            StringBuilder state = new StringBuilder();
            for (String list : LISTS) {
                dump(list, state);
            }
            for (String resource : ids("/v1/resources?status=all")) {
                dump("/v1/resources/" + resource + "/children", state);
                dump("/v1/resources/" + resource + "/shares", state);
                dump("/v1/events?resourceId=" + resource, state);
            }
            dump("/v1/webhook-endpoints/" + endpoint + "/deliveries", state);
            return plain(UNEQUAL.matcher(state).replaceAll(""));
        }

        private List<String> ids(String list) {
            List<String> ids = new ArrayList<>();
            Matcher matcher = Pattern.compile("\"id\":\"(res_\\w+)\"").matcher(engine.text(list + "&limit=100"));
            while (matcher.find()) {
                ids.add(matcher.group(1));
            }
            return ids;
        }

        private void dump(String list, StringBuilder state) {
            state.append(list).append('\n').append(engine.text(list + (list.contains("?") ? "&" : "?") + "limit=100"));
            state.append('\n');
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    @Test
    void batches_andTheirCallsOneByOne_leaveTheSame() {
        int done = 0;
        int refused = 0;
        try (batched;
                single) {
            for (int i = 0; i < BATCHES; i++) {
                if (compare(operations())) {
                    done++;
                } else {
                    refused++;
                }
                if (i % 10 == 9) {
                    compareStates(i);
                }
                if (i % 50 == 49) {
                    batched.engine.pass(Duration.ofSeconds(1));
                    single.engine.pass(Duration.ofSeconds(1));
                    made.clear();
                }
            }
            compareStates(BATCHES);
        }
        assertThat(done).as("done, seed %d", seed).isGreaterThan(BATCHES / 10);
        assertThat(refused).as("refused, seed %d", seed).isGreaterThan(BATCHES / 50);
    }

    private void compareStates(int after) {
        assertThat(batched.state())
                .as("state after %d batches, seed %d", after, seed)
                .isEqualTo(single.state());
    }

    /** Returns true if the batch was done. */
    private boolean compare(List<Op> operations) {
        Map<String, Long> before = rows();
        Reply reply = batch(operations);
        if (reply.status() == 200) {
            compareAnswers(operations, reply);
            return true;
        }
        assertThat(rows()).as("rows of a refused batch, seed %d", seed).isEqualTo(before);
        int wrong = ((Number) Json.trusted(reply.body()).asMap().get("operation")).intValue();
        Reply first = wrong == 0 ? null : batch(operations.subList(0, wrong));
        Map<Integer, String> ids = new HashMap<>();
        if (first != null) {
            assertThat(first.status()).as("%s seed %d", first.text(), seed).isEqualTo(200);
            ids = compareAnswers(operations.subList(0, wrong), first);
        }
        Reply alone = call(operations.get(wrong), ids);
        assertThat(problem(alone)).as("operation %d, seed %d", wrong, seed).isEqualTo(problem(reply));
        return false;
    }

    private Map<String, Long> rows() {
        Map<String, Long> rows = batched.engine.rows();
        rows.keySet().retainAll(TABLES);
        return rows;
    }

    private static String problem(Reply reply) {
        Map<String, Object> problem = Json.trusted(reply.body()).asMap();
        return reply.status() + " " + problem.get("code") + " " + problem.get("detail");
    }

    private Map<Integer, String> compareAnswers(List<Op> operations, Reply reply) {
        List<?> results = (List<?>) Json.trusted(reply.body()).asMap().get("results");
        Map<Integer, String> ids = new HashMap<>();
        List<Made> more = new ArrayList<>();
        int base = made.size();
        for (int i = 0; i < operations.size(); i++) {
            Op op = operations.get(i);
            Reply alone = call(op, ids);
            Map<?, ?> result = (Map<?, ?>) results.get(i);
            String body = Json.of(asMap(result.get("body"))).toString();
            assertThat(result.get("status") + " " + batched.plain(body) + " " + result.get("etag") + " "
                            + (result.get("location") == null
                                    ? null
                                    : batched.plain(String.valueOf(result.get("location")))))
                    .as("operation %d %s, seed %d", i, op, seed)
                    .isEqualTo(alone.status() + " "
                            + single.plain(
                                    Json.of(Json.trusted(alone.body()).asMap()).toString()) + " "
                            + alone.header("ETag") + " "
                            + (alone.header("Location") == null ? null : single.plain(alone.header("Location"))));
            String name = op.makes.equals("job") ? "job_id" : "id";
            Object id = asMap(result.get("body")).get(name);
            String other = String.valueOf(Json.trusted(alone.body()).asMap().get(name));
            ids.put(i, other);
            if (!op.makes.isEmpty()) {
                more.add(new Made(op.makes, String.valueOf(id), other, op.parent < 0 ? -1 : op.parent));
            }
        }
        if (base < 40) {
            more.stream().filter(one -> one.kind.equals("resource")).forEach(made::add);
        }
        return ids;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> asMap(Object value) {
        return (Map<String, Object>) value;
    }

    private Reply batch(List<Op> operations) {
        StringBuilder body = new StringBuilder("{\"operations\":[");
        for (int i = 0; i < operations.size(); i++) {
            Op op = operations.get(i);
            body.append(i == 0 ? "" : ",")
                    .append("{\"method\":\"")
                    .append(op.method)
                    .append("\",\"path\":\"");
            body.append(inBatch(op.path)).append('"');
            body.append(op.body.isEmpty() ? "" : ",\"body\":" + inBatch(op.body));
            body.append(op.ifMatch.isEmpty() ? "" : ",\"ifMatch\":\"\\\"" + op.ifMatch + "\\\"\"")
                    .append('}');
        }
        return batched.engine.call("POST", "/v1/batch", body.append("]}").toString());
    }

    private String inBatch(String text) {
        String named = Pattern.compile("#(\\d+)")
                .matcher(text.replace("@", batched.grantee))
                .replaceAll(match -> made.get(Integer.parseInt(match.group(1))).inBatched);
        return Pattern.compile("\\$(\\d+)").matcher(named).replaceAll("{{$1.id}}");
    }

    private Reply call(Op op, Map<Integer, String> ids) {
        String path = alone(op.path, ids);
        Call call = Call.of(op.method, path).withKey(single.engine.key());
        if (!op.body.isEmpty()) {
            call = call.withBody(Json.of(alone(op.body, ids)));
        }
        if (!op.ifMatch.isEmpty()) {
            call = call.withHeader("If-Match", "\"" + op.ifMatch + "\"");
        }
        return single.engine.engine().call(call);
    }

    private String alone(String text, Map<Integer, String> ids) {
        String named = Pattern.compile("#(\\d+)")
                .matcher(text.replace("@", single.grantee))
                .replaceAll(match -> made.get(Integer.parseInt(match.group(1))).inSingle);
        return Pattern.compile("\\$(\\d+)")
                .matcher(named)
                .replaceAll(match -> ids.get(Integer.parseInt(match.group(1))));
    }

    private List<Op> operations() {
        int count = 1 + random.nextInt(OPERATIONS_MAX);
        List<Op> operations = new ArrayList<>();
        List<String> resources = new ArrayList<>();
        List<String> children = new ArrayList<>();
        for (int i = 0; i < made.size(); i++) {
            resources.add("#" + i);
        }
        for (int i = 0; i < count; i++) {
            operations.add(operation(i, resources, children));
        }
        if (!made.isEmpty() && random.nextInt(8) == 0) {
            shareAgain("/v1/resources/#" + (made.size() - 1) + "/shares/@", operations);
        }
        return operations;
    }

    /** Adds operations that make a share, end it and make it again, perhaps over one that is there before the batch. */
    private void shareAgain(String path, List<Op> operations) {
        Op share = new Op("PUT", path, "{\"role\":\"reader\"}", "", "", -1);
        Op unshare = new Op("DELETE", path, "", "", "", -1);
        if (random.nextBoolean()) {
            operations.add(share);
        }
        operations.addAll(List.of(unshare, share));
    }

    private Op operation(int i, List<String> resources, List<String> children) {
        int kind = resources.isEmpty() ? 0 : random.nextInt(30);
        String resource = resources.isEmpty()
                ? ""
                : resources.get(resources.size() - 1 - random.nextInt(Math.min(5, resources.size())));
        String path = "/v1/resources/" + resource;
        int n = random.nextInt(3);
        if (kind < 8) {
            resources.add("$" + i);
            String type = random.nextInt(3) == 0 ? ",\"type\":\"invoice\"" : "";
            return new Op(
                    "POST",
                    "/v1/resources",
                    "{\"name\":\"r" + n + "\"" + type + ",\"metadata\":{\"team\":\"" + (n == 0 ? "red" : "blue")
                            + "\"}}",
                    "",
                    "resource",
                    -1);
        }
        if (kind < 13) {
            String ifMatch = random.nextInt(8) == 0 ? "v" + (1 + n) : "";
            return new Op("PATCH", path, "{\"data\":{\"n\":" + n + ",\"self\":\"" + resource + "\"}}", ifMatch, "", -1);
        }
        if (kind < 17) {
            return new Op("POST", path + "/" + MOVES[random.nextInt(MOVES.length)], "", "", "", -1);
        }
        if (kind < 18) {
            return new Op("DELETE", path, "", "", "", -1);
        }
        if (kind < 22) {
            children.add(path + "/children/$" + i);
            return new Op("POST", path + "/children", "{\"name\":\"c" + n + "\"}", "", "child", -1);
        }
        if (kind < 24 && !children.isEmpty()) {
            String child = children.get(random.nextInt(children.size()));
            return random.nextBoolean()
                    ? new Op("PATCH", child, "{\"name\":\"d" + n + "\"}", "", "", -1)
                    : new Op("DELETE", child, "", "", "", -1);
        }
        if (kind < 26) {
            return random.nextInt(3) == 0
                    ? new Op("DELETE", path + "/shares/@", "", "", "", -1)
                    : new Op(
                            "PUT",
                            path + "/shares/@",
                            "{\"role\":\"" + (n == 0 ? "reader" : "editor") + "\"}",
                            "",
                            "",
                            -1);
        }
        String on = random.nextBoolean() ? ",\"resourceId\":\"" + resource + "\"" : "";
        if (kind < 28) {
            String unique = n == 0 ? ",\"uniqueKey\":\"u\"" : "";
            return new Op(
                    "POST",
                    "/v1/jobs",
                    "{\"type\":\"idle\",\"input\":{\"n\":" + n + "}" + unique + on + "}",
                    "",
                    "job",
                    -1);
        }
        return new Op(
                "POST",
                "/v1/events",
                "{\"type\":\"payment.done\",\"data\":{\"n\":" + n + "}" + on + "}",
                "",
                "event",
                -1);
    }
}
