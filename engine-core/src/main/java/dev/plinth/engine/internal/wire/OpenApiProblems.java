package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.wire.route.AnswerHeaders;
import dev.plinth.engine.internal.wire.route.QueryParameters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The answers with problems: one component for each set of codes that have a status in common. Not thread-safe. */
final class OpenApiProblems {
    private static final byte[] SCHEMA = """
            {"type":"object","required":["type","title","status","detail","code","requestId","retryable"],"properties":{\
            "type":{"type":"string","format":"uri"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},\
            "code":{"type":"string"},"requestId":{"type":"string"},"retryable":{"type":"boolean"},"operation":{"type":"integer"},"errors":{"type":"array","items":{\
            "type":"object","required":["code","detail"],"properties":{"pointer":{"type":"string"},"parameter":{"type":"string"},"code":{"type":"string"},\
            "detail":{"type":"string"}}}}}}""".getBytes(StandardCharsets.UTF_8);

    private final Map<String, List<ProblemCode>> components = new TreeMap<>();
    private final ProblemJson problems;

    OpenApiProblems(ProblemJson problems) {
        this.problems = problems;
    }

    /** Adds the answers with the problems that a route may meet. */
    void add(JsonBytes json, Route route) {
        TreeMap<Integer, List<ProblemCode>> byStatus = new TreeMap<>();
        for (ProblemCode code : codes(route)) {
            byStatus.computeIfAbsent(code.status(), status -> new ArrayList<>()).add(code);
        }
        byStatus.forEach((status, ofStatus) -> {
            String name = name(ofStatus);
            components.put(name, ofStatus);
            Schema.reference(json.name(Integer.toString(status)), "responses/" + name);
        });
    }

    /** Returns the problems that the row names, and those that every row of its kind may meet. */
    private static Set<ProblemCode> codes(Route route) {
        EnumSet<ProblemCode> codes = EnumSet.of(
                ProblemCode.PARAMETER_INVALID,
                ProblemCode.INTERNAL_ERROR,
                ProblemCode.SHUTTING_DOWN,
                ProblemCode.CAPACITY_EXHAUSTED,
                ProblemCode.NOT_LEADER,
                ProblemCode.OUTCOME_UNKNOWN);
        codes.addAll(route.codes());
        if (route.demands().contains(Route.Demand.IDEMPOTENCY_KEY)) {
            codes.add(ProblemCode.IDEMPOTENCY_KEY_MISSING);
        }
        if (route.demands().contains(Route.Demand.IF_MATCH)) {
            codes.add(ProblemCode.PRECONDITION_REQUIRED);
        }
        if (route.credential() != Route.Credential.NONE) {
            codes.add(ProblemCode.UNAUTHENTICATED);
            codes.add(ProblemCode.INVALID_TOKEN);
        }
        if (route.credential() == Route.Credential.WORKSPACE_KEY) {
            codes.add(ProblemCode.FORBIDDEN);
            codes.add(ProblemCode.WORKSPACE_SUSPENDED);
            if (route.isCounted()) {
                codes.add(ProblemCode.RATE_LIMITED);
                codes.add(ProblemCode.TOO_MANY_CONCURRENT_REQUESTS);
            }
        }
        if (route.scope() != null) {
            codes.add(ProblemCode.INSUFFICIENT_SCOPE);
        }
        if (route.path().contains("{")) {
            codes.add(ProblemCode.NOT_FOUND);
        }
        if (route.takes(QueryParameters.CURSOR)) {
            codes.add(ProblemCode.CURSOR_INVALID);
        }
        if (route.body().isTaken()) {
            codes.add(ProblemCode.MALFORMED_REQUEST);
            codes.add(ProblemCode.PAYLOAD_TOO_LARGE);
            codes.add(ProblemCode.UNSUPPORTED_MEDIA_TYPE);
            codes.add(ProblemCode.VALIDATION_FAILED);
        }
        if (route.mutates()) {
            codes.add(ProblemCode.PRECONDITION_FAILED);
            codes.add(ProblemCode.IDEMPOTENCY_KEY_INVALID);
            codes.add(ProblemCode.IDEMPOTENCY_KEY_IN_USE);
            codes.add(ProblemCode.IDEMPOTENCY_KEY_REUSED);
            if (route.credential() == Route.Credential.WORKSPACE_KEY) {
                codes.add(ProblemCode.PLAN_LIMIT_REACHED);
            }
        }
        return codes;
    }

    /** Adds the components of all answers that were added, by name. */
    void addComponents(JsonBytes json) {
        components.forEach((name, codes) -> component(json.name(name), codes));
    }

    /** Adds the schema that all of them have in common. */
    static void addSchema(JsonBytes json) {
        json.raw(SCHEMA);
    }

    private void component(JsonBytes json, List<ProblemCode> codes) {
        List<String> names = codes.stream().map(ProblemCode::wireName).toList();
        json.open()
                .member("description", String.join(", ", names))
                .name("headers")
                .open();
        AnswerHeaders.reference(json, AnswerHeaders.REQUEST_ID);
        AnswerHeaders.reference(json, AnswerHeaders.NODE);
        if (codes.stream().anyMatch(ProblemCode::retryable)) {
            AnswerHeaders.reference(json, AnswerHeaders.RETRY_AFTER);
        }
        if (codes.contains(ProblemCode.NOT_LEADER)) {
            AnswerHeaders.reference(json, AnswerHeaders.LEADER);
        }
        if (codes.contains(ProblemCode.UNAUTHENTICATED) || codes.contains(ProblemCode.INSUFFICIENT_SCOPE)) {
            AnswerHeaders.reference(json, AnswerHeaders.CHALLENGE);
        }
        json.close().name("content").open().name("application/problem+json").open();
        json.name("schema").open().name("allOf").openArray();
        Schema.reference(json, "schemas/Problem");
        json.open().name("properties").open().name("code").open().name("enum").openArray();
        names.forEach(json::text);
        json.closeArray().close().close().close().closeArray().close();
        json.name("examples").open();
        for (ProblemCode code : codes) {
            json.name(code.wireName()).open().name("value").open();
            json.member("type", problems.type(code.wireName()))
                    .member("title", code.title())
                    .member("status", code.status())
                    .member("detail", code.title() + ".")
                    .member("code", code.wireName())
                    .member("requestId", "req_01hzy3v8k2m4n6p8q0r2s4t6v8")
                    .member("retryable", code.retryable());
            json.close().close();
        }
        json.close().close().close().close();
    }

    /** Returns the names of the codes, as one word. */
    private static String name(List<ProblemCode> codes) {
        StringBuilder name = new StringBuilder();
        for (ProblemCode code : codes) {
            name.append(name.isEmpty() ? "" : "Or");
            for (String word : code.wireName().split("_")) {
                name.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
            }
        }
        return name.toString();
    }
}
