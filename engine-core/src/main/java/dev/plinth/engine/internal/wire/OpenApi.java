package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.pipeline.Route;
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
 * The OpenAPI 3.1 document of the route table: every route, with the scope, the parameters and the problems that its row says.
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
    private final TreeMap<String, List<Route>> byPath = new TreeMap<>();
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

    /** Returns the document, which is made on first use. */
    synchronized byte[] document() {
        byte[] made = document;
        if (made == null) {
            made = render();
            document = made;
        }
        return made;
    }

    /** Takes the table that it describes. Call it once, before the document is used. */
    void describe(List<Route> table) {
        for (Route route : table) {
            byPath.computeIfAbsent(route.path(), path -> new ArrayList<>()).add(route);
        }
    }

    private byte[] render() {
        OpenApiBodies schemas = bodies.get();
        byPath.values().forEach(operations -> operations.forEach(route -> check(route, schemas)));
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
            operations.forEach(route -> operation(json, route, route.name(), route.path(), route.successes()));
            json.close();
            operations.stream()
                    .filter(route -> route.name().equals(RUN_OPERATION))
                    .forEach(route -> hostOperations(json, route));
        });
        json.close();
        Set<Route.Demand> demanded = EnumSet.noneOf(Route.Demand.class);
        byPath.values().forEach(operations -> operations.forEach(route -> demanded.addAll(route.demands())));
        components(json.name("components"), schemas, demanded);
        return json.close().bytes();
    }

    private static void check(Route route, OpenApiBodies schemas) {
        if (!schemas.has(route.accepts())) {
            throw new IllegalStateException("Expected the schema of a body, but " + route.name() + " takes "
                    + route.accepts() + "; add it to OpenApiBodies");
        }
    }

    /** The host's operations have a route in common; here each has a path of its own, which goes before the common one. */
    private void hostOperations(JsonBytes json, Route run) {
        hostOperations.forEach((name, isAsync) -> {
            String path = run.path().replace("{name}", name);
            json.name(path).open();
            List<Route.Success> successes = run.successes().stream()
                    .filter(success -> success.status() == (isAsync ? 202 : 200))
                    .toList();
            operation(json, run, RUN_OPERATION + "." + name, path, successes);
            json.close();
        });
    }

    private static void operation(JsonBytes json, Route route, String id, String path, List<Route.Success> successes) {
        json.name(route.method().toLowerCase(Locale.ROOT))
                .open()
                .member("operationId", id)
                .member("summary", summary(id));
        security(json.name("security"), route);
        json.member("x-rate-limit-units", route.guard() == Route.Guard.WORKSPACE ? route.cost() : 0);
        OpenApiParameters.add(json.name("parameters"), route, path);
        if (route.body() != Route.Body.NONE) {
            json.name("requestBody")
                    .open()
                    .member("required", route.body() == Route.Body.REQUIRED)
                    .name("content")
                    .open()
                    .name("application/json")
                    .open();
            reference(json.name("schema"), "schemas/" + route.accepts());
            json.close().close().member("x-bytes-max", route.bodyBytesMax()).close();
        }
        responses(json.name("responses"), route, successes);
        json.close();
    }

    /** The name as words: every operation is named by what it does. */
    private static String summary(String id) {
        String words =
                id.replaceAll("(?<=[a-z])(?=[A-Z])", " ").replace('.', ' ').toLowerCase(Locale.ROOT);
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static void security(JsonBytes json, Route route) {
        json.openArray();
        if (route.guard() != Route.Guard.NOBODY) {
            json.open()
                    .name(route.guard() == Route.Guard.OPERATOR ? "operatorToken" : "apiKey")
                    .openArray();
            if (route.scope() != null) {
                json.text(route.scope().wireName());
            }
            json.closeArray().close();
        }
        json.closeArray();
    }

    private static void responses(JsonBytes json, Route route, List<Route.Success> successes) {
        json.open();
        for (Route.Success success : successes) {
            success(json.name(Integer.toString(success.status())), route, success);
        }
        TreeMap<Integer, List<String>> byStatus = new TreeMap<>();
        for (ProblemCode code : codes(route)) {
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

    private static void success(JsonBytes json, Route route, Route.Success success) {
        json.open().member("description", success.entity().isEmpty() ? "Not modified." : "Done.");
        if (!success.entity().isEmpty()) {
            json.name("content").open().name(mediaType(route)).open();
            boolean isPage = route.parameters().contains("cursor");
            OpenApiSchemas.add(json.name("schema"), success.entity(), isPage);
            json.close();
            if (route.name().equals(GET_ROOT)) {
                json.name("text/html").open();
                type(json.name("schema"), "string");
                json.close();
            }
            json.close();
        }
        json.close();
    }

    private static String mediaType(Route route) {
        return switch (route.name()) {
            case "getMetrics" -> "text/plain";
            case STREAM_EVENTS -> "text/event-stream";
            default -> "application/json";
        };
    }

    /** What the row itself says, and what follows for every row of its kind. */
    static Set<ProblemCode> codes(Route route) {
        EnumSet<ProblemCode> codes = EnumSet.of(
                ProblemCode.PARAMETER_INVALID,
                ProblemCode.INTERNAL_ERROR,
                ProblemCode.SHUTTING_DOWN,
                ProblemCode.CAPACITY_EXHAUSTED,
                ProblemCode.OUTCOME_UNKNOWN);
        codes.addAll(route.codes());
        if (route.demands().contains(Route.Demand.IDEMPOTENCY_KEY)) {
            codes.add(ProblemCode.IDEMPOTENCY_KEY_MISSING);
        }
        if (route.demands().contains(Route.Demand.IF_MATCH)) {
            codes.add(ProblemCode.PRECONDITION_REQUIRED);
        }
        if (route.guard() != Route.Guard.NOBODY) {
            codes.add(ProblemCode.UNAUTHENTICATED);
            codes.add(ProblemCode.INVALID_TOKEN);
        }
        if (route.guard() == Route.Guard.WORKSPACE) {
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
        if (route.parameters().contains("cursor")) {
            codes.add(ProblemCode.CURSOR_INVALID);
        }
        if (route.body() != Route.Body.NONE) {
            codes.add(ProblemCode.MALFORMED_REQUEST);
            codes.add(ProblemCode.PAYLOAD_TOO_LARGE);
            codes.add(ProblemCode.UNSUPPORTED_MEDIA_TYPE);
            codes.add(ProblemCode.VALIDATION_FAILED);
        }
        if (route.mutates()) {
            codes.add(ProblemCode.IDEMPOTENCY_KEY_INVALID);
            codes.add(ProblemCode.IDEMPOTENCY_KEY_IN_USE);
            codes.add(ProblemCode.IDEMPOTENCY_KEY_REUSED);
            if (route.guard() == Route.Guard.WORKSPACE) {
                codes.add(ProblemCode.PLAN_LIMIT_REACHED);
            }
        }
        return codes;
    }

    private static void components(JsonBytes json, OpenApiBodies schemas, Set<Route.Demand> demanded) {
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
