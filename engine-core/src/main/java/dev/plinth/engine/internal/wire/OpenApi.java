package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.pipeline.Operation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI 3.1 document of the command table: every route, with the scope, the parameters and the problems that its row says.
 * Immutable once made.
 */
final class OpenApi {
    private static final String RUN_OPERATION = "runOperation";
    static final String STREAM_EVENTS = "streamEvents";
    private static final String GET_ROOT = "getRoot";

    private static final byte[] PROBLEM = """
            {"type":"object","required":["type","title","status","detail","code","requestId","retryable"],"properties":{\
            "type":{"type":"string","format":"uri"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},\
            "code":{"type":"string"},"requestId":{"type":"string"},"retryable":{"type":"boolean"},"errors":{"type":"array","items":{\
            "type":"object","required":["code","detail"],"properties":{"pointer":{"type":"string"},"parameter":{"type":"string"},"code":{"type":"string"},\
            "detail":{"type":"string"}}}}}}""".getBytes(StandardCharsets.UTF_8);

    private final TreeMap<String, Boolean> hostOperations = new TreeMap<>();
    private final Supplier<OpenApiBodies> bodies;
    private final TreeMap<String, List<Operation>> byPath = new TreeMap<>();
    private byte @Nullable [] document;

    /**
     * A document of no route.
     *
     * @param operations the names of the host's synchronous operations on resources
     * @param asyncOperations the names of its asynchronous ones
     * @param bodies what the routes take; asked when the document is made
     */
    OpenApi(Set<String> operations, Set<String> asyncOperations, Supplier<OpenApiBodies> bodies) {
        this.bodies = bodies;
        asyncOperations.forEach(name -> hostOperations.put(name, true));
        operations.forEach(name -> hostOperations.put(name, false));
    }

    /** The document; made when somebody first asks. */
    synchronized byte[] document() {
        byte[] made = document;
        if (made == null) {
            made = render();
            document = made;
        }
        return made;
    }

    /** Takes the table that it is about; once, before anybody asks. */
    void describe(List<Operation> table) {
        for (Operation operation : table) {
            byPath.computeIfAbsent(operation.path(), path -> new ArrayList<>()).add(operation);
        }
    }

    private byte[] render() {
        OpenApiBodies schemas = bodies.get();
        byPath.values().forEach(operations -> operations.forEach(operation -> check(operation, schemas)));
        JsonBytes json = new JsonBytes()
                .open()
                .member("openapi", "3.1.0")
                .name("info")
                .open()
                .member("title", "Plinth")
                .member("version", "v1")
                .close()
                .name("servers")
                .openArray()
                .open()
                .member("url", "/")
                .close()
                .closeArray()
                .name("paths")
                .open();
        byPath.forEach((path, operations) -> {
            json.name(path).open();
            operations.forEach(
                    operation -> operation(json, operation, operation.name(), operation.path(), operation.successes()));
            json.close();
            operations.stream()
                    .filter(operation -> operation.name().equals(RUN_OPERATION))
                    .forEach(operation -> hostOperations(json, operation));
        });
        json.close();
        Set<Operation.Demand> demanded = EnumSet.noneOf(Operation.Demand.class);
        byPath.values().forEach(operations -> operations.forEach(operation -> demanded.addAll(operation.demands())));
        components(json.name("components"), schemas, demanded);
        return json.close().bytes();
    }

    private static void check(Operation operation, OpenApiBodies schemas) {
        if (!schemas.has(operation.accepts())) {
            throw new IllegalStateException("Expected the schema of a body, but " + operation.name() + " takes "
                    + operation.accepts() + "; add it to OpenApiBodies");
        }
    }

    /** The host's operations have a route in common; here each has a path of its own, which goes before the common one. */
    private void hostOperations(JsonBytes json, Operation run) {
        hostOperations.forEach((name, isAsync) -> {
            String path = run.path().replace("{name}", name);
            json.name(path).open();
            List<Operation.Success> successes = run.successes().stream()
                    .filter(success -> success.status() == (isAsync ? 202 : 200))
                    .toList();
            operation(json, run, RUN_OPERATION + "." + name, path, successes);
            json.close();
        });
    }

    private static void operation(
            JsonBytes json, Operation operation, String id, String path, List<Operation.Success> successes) {
        json.name(operation.method().toLowerCase(Locale.ROOT))
                .open()
                .member("operationId", id)
                .member("summary", summary(id));
        security(json.name("security"), operation);
        json.member("x-rate-limit-units", operation.guard() == Operation.Guard.WORKSPACE ? operation.cost() : 0);
        OpenApiParameters.add(json.name("parameters"), operation, path);
        if (operation.body() != Operation.Body.NONE) {
            json.name("requestBody")
                    .open()
                    .member("required", operation.body() == Operation.Body.REQUIRED)
                    .name("content")
                    .open()
                    .name("application/json")
                    .open();
            reference(json.name("schema"), "schemas/" + operation.accepts());
            json.close().close().member("x-bytes-max", operation.bodyBytesMax()).close();
        }
        responses(json.name("responses"), operation, successes);
        json.close();
    }

    /** The name as words: every operation is named by what it does. */
    private static String summary(String id) {
        String words =
                id.replaceAll("(?<=[a-z])(?=[A-Z])", " ").replace('.', ' ').toLowerCase(Locale.ROOT);
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static void security(JsonBytes json, Operation operation) {
        json.openArray();
        if (operation.guard() != Operation.Guard.NOBODY) {
            json.open()
                    .name(operation.guard() == Operation.Guard.OPERATOR ? "operatorToken" : "apiKey")
                    .openArray();
            if (operation.scope() != null) {
                json.text(operation.scope().wireName());
            }
            json.closeArray().close();
        }
        json.closeArray();
    }

    private static void responses(JsonBytes json, Operation operation, List<Operation.Success> successes) {
        json.open();
        for (Operation.Success success : successes) {
            success(json.name(Integer.toString(success.status())), operation, success);
        }
        TreeMap<Integer, List<String>> byStatus = new TreeMap<>();
        for (ProblemCode code : codes(operation)) {
            byStatus.computeIfAbsent(code.status(), status -> new ArrayList<>()).add(code.wireName());
        }
        byStatus.forEach((status, codes) -> {
            json.name(Integer.toString(status))
                    .open()
                    .member("description", String.join(", ", codes))
                    .name("content")
                    .open()
                    .name("application/problem+json")
                    .open()
                    .name("schema")
                    .open()
                    .name("allOf")
                    .openArray();
            reference(json, "schemas/Problem");
            json.open()
                    .name("properties")
                    .open()
                    .name("code")
                    .open()
                    .name("enum")
                    .openArray();
            codes.forEach(json::text);
            json.closeArray().close().close().close();
            json.closeArray().close().close().close().close();
        });
        json.close();
    }

    private static void success(JsonBytes json, Operation operation, Operation.Success success) {
        json.open().member("description", success.entity().isEmpty() ? "Not modified." : "Done.");
        if (!success.entity().isEmpty()) {
            json.name("content").open().name(mediaType(operation)).open();
            boolean isPage = operation.parameters().contains("cursor");
            OpenApiSchemas.add(json.name("schema"), success.entity(), isPage);
            json.close();
            if (operation.name().equals(GET_ROOT)) {
                json.name("text/html").open();
                type(json.name("schema"), "string");
                json.close();
            }
            json.close();
        }
        json.close();
    }

    private static String mediaType(Operation operation) {
        return switch (operation.name()) {
            case "getMetrics" -> "text/plain";
            case STREAM_EVENTS -> "text/event-stream";
            default -> "application/json";
        };
    }

    /** What the row itself says, and what follows for every row of its kind. */
    static Set<ProblemCode> codes(Operation operation) {
        EnumSet<ProblemCode> codes = EnumSet.of(
                ProblemCode.PARAMETER_INVALID,
                ProblemCode.INTERNAL_ERROR,
                ProblemCode.SHUTTING_DOWN,
                ProblemCode.CAPACITY_EXHAUSTED,
                ProblemCode.OUTCOME_UNKNOWN);
        codes.addAll(operation.codes());
        if (operation.demands().contains(Operation.Demand.IDEMPOTENCY_KEY)) {
            codes.add(ProblemCode.IDEMPOTENCY_KEY_MISSING);
        }
        if (operation.demands().contains(Operation.Demand.IF_MATCH)) {
            codes.add(ProblemCode.PRECONDITION_REQUIRED);
        }
        if (operation.guard() != Operation.Guard.NOBODY) {
            codes.add(ProblemCode.UNAUTHENTICATED);
            codes.add(ProblemCode.INVALID_TOKEN);
        }
        if (operation.guard() == Operation.Guard.WORKSPACE) {
            codes.add(ProblemCode.FORBIDDEN);
            codes.add(ProblemCode.WORKSPACE_SUSPENDED);
            if (operation.isCounted()) {
                codes.add(ProblemCode.RATE_LIMITED);
                codes.add(ProblemCode.TOO_MANY_CONCURRENT_REQUESTS);
            }
        }
        if (operation.scope() != null) {
            codes.add(ProblemCode.INSUFFICIENT_SCOPE);
        }
        if (operation.path().contains("{")) {
            codes.add(ProblemCode.NOT_FOUND);
        }
        if (operation.parameters().contains("cursor")) {
            codes.add(ProblemCode.CURSOR_INVALID);
        }
        if (operation.body() != Operation.Body.NONE) {
            codes.add(ProblemCode.MALFORMED_REQUEST);
            codes.add(ProblemCode.PAYLOAD_TOO_LARGE);
            codes.add(ProblemCode.UNSUPPORTED_MEDIA_TYPE);
            codes.add(ProblemCode.VALIDATION_FAILED);
        }
        if (operation.mutates()) {
            codes.add(ProblemCode.IDEMPOTENCY_KEY_INVALID);
            codes.add(ProblemCode.IDEMPOTENCY_KEY_IN_USE);
            codes.add(ProblemCode.IDEMPOTENCY_KEY_REUSED);
            if (operation.guard() == Operation.Guard.WORKSPACE) {
                codes.add(ProblemCode.PLAN_LIMIT_REACHED);
            }
        }
        return codes;
    }

    private static void components(JsonBytes json, OpenApiBodies schemas, Set<Operation.Demand> demanded) {
        json.open().name("securitySchemes").open();
        bearer(json.name("apiKey"), "A key of a workspace. The names are the scopes that a restricted key needs.");
        bearer(json.name("operatorToken"), "The operator's token.");
        json.close().name("parameters").open();
        OpenApiParameters.addComponents(json, demanded);
        json.close().name("schemas").open();
        json.raw("Problem", PROBLEM);
        OpenApiSchemas.addAll(json);
        schemas.addAll(json);
        json.close().close();
    }

    private static void bearer(JsonBytes json, String description) {
        json.open()
                .member("type", "http")
                .member("scheme", "bearer")
                .member("description", description)
                .close();
    }

    private static void type(JsonBytes json, String type) {
        json.open().member("type", type).close();
    }

    static void reference(JsonBytes json, String component) {
        json.open().member("$ref", "#/components/" + component).close();
    }
}
