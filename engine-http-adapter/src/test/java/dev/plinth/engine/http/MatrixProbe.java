package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineInside;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.MatrixRow.Guard;
import dev.plinth.engine.http.MatrixRow.IdLocation;
import dev.plinth.engine.http.MatrixRow.Param;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes the calls of the matrix's cells, in process and through a socket, and compares them with what was expected. */
final class MatrixProbe {
    private static final Set<String> OF_THE_ADAPTER = Set.of(
            "date", "content-length", "transfer-encoding", "connection", "server", "vary", "x-content-type-options");

    private final Engine engine;
    private final RawClient client;
    /** Holds what was answered to those who may not tell two things apart, by what they are told. */
    private final Map<String, String> alike = new HashMap<>();

    /** The statuses and codes that the OpenAPI document names, by the operation's name. */
    private final Map<String, Map<String, String>> described = new HashMap<>();

    private long records;

    MatrixProbe(Engine engine, RawClient client) {
        this.engine = engine;
        this.client = client;
        this.records = EngineInside.records(engine);
        Map<String, Object> document =
                Json.of(engine.call(Call.of("GET", "/openapi.json")).text()).asMap();
        for (Object methods : map(document.get("paths")).values()) {
            for (Object operation : map(methods).values()) {
                Map<String, String> answers = new HashMap<>();
                map(map(operation).get("responses"))
                        .forEach((status, answer) -> answers.put((String) status, description(map(answer), document)));
                described.put((String) map(operation).get("operationId"), answers);
            }
        }
    }

    /** Returns the description of an answer, or of the component that it refers to. */
    private static String description(Map<?, ?> answer, Map<?, ?> document) {
        String component = String.valueOf(answer.get("$ref")).replace("#/components/responses/", "");
        Map<?, ?> shared = map(map(document.get("components")).get("responses"));
        return (String) map(shared.containsKey(component) ? shared.get(component) : answer)
                .get("description");
    }

    private static Map<?, ?> map(Object value) {
        return (Map<?, ?>) value;
    }

    /** Checks a cell that writes nothing. */
    void checkWritesNothing(MatrixCase cell, MatrixWorld world) throws IOException {
        WireRequest request = cell.in(world);

        RawReply inside = inside(engine, request);
        RawReply outside = client.send(request.bytes()).read(request.method());

        checkAnswer(cell, inside);
        checkAlike(cell, inside);
        if (inside.status() == 404) {
            checkTellsNoId(cell, request, inside);
        }
        if (!cell.row().isOfTheMoment() || cell.expected().isRefusal()) {
            assertThat(normal(outside)).as("over a socket").isEqualTo(normal(inside));
        }
        if (inside.header("ratelimit") != null) {
            assertThat(unitsLeft(inside) - unitsLeft(outside))
                    .as("units")
                    .isEqualTo(cell.route().cost());
        }
        long before = records;
        records = EngineInside.records(engine);
        assertThat(records).as("records in the store").isEqualTo(before);
        if (request.method().equals("GET") && cell.variation() == MatrixCase.Variation.PLAIN) {
            checkHead(request, outside);
        }
    }

    /** Checks the answer of a cell by itself. */
    void checkAnswer(MatrixCase cell, RawReply reply) {
        Expected expected = cell.expected();
        checkDescribed(cell);
        if (!expected.isRefusal()) {
            assertThat(reply.status()).as(reply.text()).isEqualTo(expected.status());
            return;
        }
        ProblemReply.of(reply, expected.status(), expected.code());
        Set<String> names = new TreeSet<>(Set.of("cache-control", "content-type", "request-id"));
        String challenge = challenge(cell);
        if (!challenge.isEmpty()) {
            names.add("www-authenticate");
        }
        assertThat(String.valueOf(reply.headers().getOrDefault("www-authenticate", "")))
                .isEqualTo(challenge);
        if (cell.row().needs() == Guard.WORKSPACE_KEY && cell.credential().isPastStepFour()) {
            names.addAll(Set.of("ratelimit", "ratelimit-policy"));
        }
        assertThat(reply.headers().keySet()).isEqualTo(names);
    }

    /** The answers of a route stand in its OpenAPI document. */
    private void checkDescribed(MatrixCase cell) {
        Map<String, String> answers = described.get(cell.route().name());
        String status = Integer.toString(cell.expected().status());
        assertThat(answers).as("described answers").containsKey(status);
        if (cell.expected().isRefusal()) {
            assertThat(answers.get(status).split(", "))
                    .as("described codes of %s", status)
                    .contains(cell.expected().code());
        }
    }

    private static String challenge(MatrixCase cell) {
        return switch (cell.expected().code()) {
            case "unauthenticated" -> "Bearer realm=\"plinth\"";
            case "invalid_token" -> "Bearer realm=\"plinth\", error=\"invalid_token\"";
            case "insufficient_scope" ->
                "Bearer realm=\"plinth\", error=\"insufficient_scope\", scope=\""
                        + cell.row().scope() + "\"";
            default -> "";
        };
    }

    /** Hidden things are answered in the bytes of absent ones; an unknown caller, in the bytes of every other nobody. */
    private void checkAlike(MatrixCase cell, RawReply reply) {
        String group = group(cell);
        if (!group.isEmpty()) {
            String normal = normal(reply);
            assertThat(normal).as("bytes of %s", group).isEqualTo(alike.computeIfAbsent(group, each -> normal));
        }
    }

    private static String group(MatrixCase cell) {
        Expected expected = cell.expected();
        if (cell.row().needs() == Guard.NONE) {
            return "";
        }
        if (expected.code().equals("unauthenticated")) {
            return cell.credential() + " " + cell.row().needs();
        }
        if (expected.status() == 404 && asksForAnUnknownOperation(cell)) {
            return "operation unknown to " + cell.row().name();
        }
        boolean isForAll = expected.status() == 404 || expected.status() == 401;
        if (isForAll || !cell.credential().mayGoOn()) {
            boolean isPastDoor = cell.credential().isPastStepFour();
            String scope =
                    expected.code().equals("insufficient_scope") ? cell.row().scope() : "";
            return (isPastDoor ? cell.row().needs() + " " : "door ") + expected.code() + scope;
        }
        boolean isHidden = true;
        boolean isFiltered = false;
        for (Map.Entry<Param, IdState> entry : cell.states().entrySet()) {
            IdState state = entry.getValue();
            boolean isFilter = entry.getKey().place() == IdLocation.FILTER;
            isFiltered |= isFilter && state.isHidden() && state != IdState.DELETED;
            isHidden &= state.isHidden()
                    ? state.isWellFormed()
                    : state == entry.getKey().usual();
        }
        boolean isEmptyPage = isFiltered && !expected.isRefusal();
        boolean isUnknown = expected.isRefusal() && isHidden;
        return isEmptyPage || isUnknown ? cell.route().name() + " " + cell.variation() + expected.code() : "";
    }

    /**
     * Such a call is told which ones there are, whatever else it asks for. An operation without a resource is all that its call asks for, and
     * that of the host on resources is unknown there.
     */
    private static boolean asksForAnUnknownOperation(MatrixCase cell) {
        return cell.states().entrySet().stream()
                .anyMatch(entry -> entry.getKey().target() == MatrixTarget.OPERATION
                        && (entry.getValue().isHidden() || cell.states().size() == 1));
    }

    private static void checkTellsNoId(MatrixCase cell, WireRequest request, RawReply reply) {
        String[] names = cell.route().path().split("/");
        String[] sent = request.target().replaceFirst("\\?.*", "").split("/");
        String all = reply.text() + reply.headers();
        for (int i = 0; i < names.length; i++) {
            if (names[i].startsWith("{")) {
                assertThat(all).as("a 404 never repeats the id").doesNotContain(sent[i]);
            }
        }
    }

    private void checkHead(WireRequest request, RawReply get) throws IOException {
        WireRequest head = new WireRequest("HEAD", request.target(), request.headers(), request.body(), false);
        RawReply reply = client.send(head.bytes()).read("HEAD");
        assertThat(headers(reply)).as("HEAD").isEqualTo(headers(get));
        assertThat(reply.status()).as("HEAD").isEqualTo(get.status());
    }

    static RawReply inside(Engine engine, WireRequest request) {
        Call call = Call.of(request.method(), request.target()).withBody(request.body());
        for (Map.Entry<String, String> header : request.headers().entrySet()) {
            call = call.withHeader(header.getKey(), header.getValue());
        }
        Reply reply = engine.call(call);
        Map<String, String> headers = new HashMap<>();
        reply.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        return new RawReply(reply.status(), headers, reply.body());
    }

    /** All that a client sees of an answer, but what no two answers have in common. */
    static String normal(RawReply reply) {
        String request = reply.headers().getOrDefault("request-id", "?");
        String original = reply.headers().getOrDefault("original-request", "?");
        return (reply.status() + " " + headers(reply) + "\n" + reply.text())
                .replace(request, "req")
                .replace(original, "original");
    }

    private static long unitsLeft(RawReply reply) {
        return Long.parseLong(String.valueOf(reply.header("ratelimit")).replaceFirst(".*r=(\\d+).*", "$1"));
    }

    private static Map<String, String> headers(RawReply reply) {
        Map<String, String> headers = new TreeMap<>(reply.headers());
        headers.keySet().removeAll(OF_THE_ADAPTER);
        headers.computeIfPresent("request-id", (name, id) -> "req");
        headers.computeIfPresent("ratelimit", (name, state) -> state.replaceAll("r=\\d+;t=\\d+", "r;t"));
        return headers;
    }
}
