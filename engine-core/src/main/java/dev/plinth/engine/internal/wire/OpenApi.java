package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.command.HostOperation;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.json.RecordType;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.wire.route.AnswerHeaders;
import dev.plinth.engine.internal.wire.route.FrontPage;
import dev.plinth.engine.internal.wire.route.QueryParameters;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI 3.1 document, printed from the route table.
 * Thread-safe once it has its routes.
 */
final class OpenApi {
    private static final String DESCRIPTION =
            "Resources, jobs, events and webhooks of a workspace. Problems are told by RFC 9457, and any POST, PUT, PATCH or"
                    + " DELETE may carry an Idempotency-Key.";
    private static final Map<Integer, String> STATUSES =
            Map.of(201, "Created.", 202, "Accepted.", 304, "Not modified.");

    private final TreeMap<String, Boolean> hostOperations = new TreeMap<>();
    private final TreeMap<String, HostOperation.Direct> directOperations;
    private final ProblemJson problems;
    private final TreeMap<String, List<Route>> byPath = new TreeMap<>();
    private byte @Nullable [] document;

    /**
     * Makes a document without routes.
     *
     * @param operations the names of the host's synchronous operations on resources
     * @param asyncOperations the names of its asynchronous ones
     * @param directOperations its operations without a resource, by name
     * @param problems gives the types of problems
     */
    OpenApi(
            Set<String> operations,
            Set<String> asyncOperations,
            Map<String, HostOperation.Direct> directOperations,
            ProblemJson problems) {
        this.problems = problems;
        this.directOperations = new TreeMap<>(directOperations);
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

    /** Drops the document, because the names of plans have changed. */
    synchronized void forget() {
        document = null;
    }

    /** Takes the table that it describes. Call it once, before the document is used. */
    void describe(List<Route> table) {
        for (Route route : table) {
            byPath.computeIfAbsent(route.path(), path -> new ArrayList<>()).add(route);
        }
    }

    private byte[] render() {
        JsonBytes json =
                JsonBytes.object().member("openapi", "3.1.0").name("info").open();
        json.member("title", "Plinth").member("version", "v1").member("description", DESCRIPTION);
        json.name("license")
                .open()
                .member("name", "Apache-2.0")
                .member("identifier", "Apache-2.0")
                .close()
                .close();
        json.name("servers").openArray().open().member("url", "/").member("description", "This server.");
        json.close().closeArray();
        List<Route> routes = byPath.values().stream().flatMap(List::stream).toList();
        tags(json.name("tags"), routes);
        OpenApiProblems shown = new OpenApiProblems(problems);
        json.name("paths").open();
        byPath.forEach((path, operations) -> {
            json.name(path).open();
            operations.forEach(
                    route -> operation(json, shown, route, route.name(), route.path(), route.successes(), null));
            json.close();
            operations.stream()
                    .filter(route -> route.name().equals(OperationRoutes.RUN))
                    .forEach(route -> hostOperations(json, shown, route));
            operations.stream()
                    .filter(route -> route.name().equals(OperationRoutes.CALL))
                    .forEach(route -> directOperations(json, shown, route));
        });
        json.close();
        OpenApiWebhooks.add(json.name("webhooks"));
        components(json.name("components"), routes, shown);
        return json.end();
    }

    private static void tags(JsonBytes json, List<Route> routes) {
        json.openArray();
        for (Tag tag : Tag.values()) {
            if (routes.stream().anyMatch(route -> route.text().tag().equals(tag.title()))) {
                json.open()
                        .member("name", tag.title())
                        .member("description", tag.description())
                        .close();
            }
        }
        json.closeArray();
    }

    /** Adds the host's operations, each with a path of its own. They have one route in common. */
    private void hostOperations(JsonBytes json, OpenApiProblems problems, Route run) {
        hostOperations.forEach((name, isAsync) -> {
            String path = run.path().replace("{name}", name);
            json.name(path).open();
            List<Route.Success> successes = run.successes().stream()
                    .filter(success -> success.status() == (isAsync ? 202 : 200))
                    .toList();
            operation(json, problems, run, OperationRoutes.RUN + "." + name, path, successes, null);
            json.close();
        });
    }

    /** Adds the host's operations without a resource, each with a path and the schema of its input. */
    private void directOperations(JsonBytes json, OpenApiProblems problems, Route call) {
        directOperations.forEach((name, operation) -> {
            String path = call.path().replace("{name}", name);
            json.name(path).open();
            String id = OperationRoutes.CALL + "." + name;
            operation(json, problems, call, id, path, call.successes(), operation.input());
            json.close();
        });
    }

    /** Prints the schema of a body, which has the input of an operation or is that of the route. */
    private static void schema(JsonBytes json, Body body, @Nullable RecordType input) {
        if (input == null) {
            Schema.reference(json, "schemas/" + body.name());
            return;
        }
        json.open().member("type", "object").name("properties").open();
        input.print(json.name("input"));
        json.close().name("required").openArray().text("input").closeArray();
        json.member("additionalProperties", false).close();
    }

    private static void operation(
            JsonBytes json,
            OpenApiProblems problems,
            Route route,
            String id,
            String path,
            List<Route.Success> successes,
            @Nullable RecordType input) {
        Route.Text text = route.text();
        boolean isHosts = !id.equals(route.name());
        json.name(route.method().toLowerCase(Locale.ROOT)).open().member("operationId", id);
        json.member("summary", isHosts ? "Run " + id.substring(route.name().length() + 1) : text.summary());
        json.optional("description", text.description().isEmpty() ? null : text.description());
        json.name("tags").openArray().text(text.tag()).closeArray();
        security(json.name("security"), route);
        json.member("x-rate-limit-units", route.credential() == Route.Credential.WORKSPACE_KEY ? route.cost() : 0);
        OpenApiParameters.add(json.name("parameters"), route, path);
        Body body = route.body();
        if (body.isTaken()) {
            json.name("requestBody").open().member("required", body.isRequired() || input != null);
            json.name("content").open().name(Route.Success.JSON).open();
            schema(json.name("schema"), body, input);
            json.close().close().member("x-bytes-max", body.bytesMax()).close();
        }
        json.name("responses").open();
        for (Route.Success success : successes) {
            success(json.name(Integer.toString(success.status())), route, success);
        }
        problems.add(json, route);
        json.close().close();
    }

    private static void success(JsonBytes json, Route route, Route.Success success) {
        Schema shown = success.shown();
        json.open().member("description", STATUSES.getOrDefault(success.status(), "Done."));
        AnswerHeaders.add(json, route, success.headers());
        if (shown != null) {
            json.name("content").open().name(success.mediaType()).open();
            if (route.takes(QueryParameters.CURSOR)) {
                page(json.name("schema"), shown);
            } else {
                shown.print(json.name("schema"));
            }
            json.close();
            if (shown.entities().contains(FrontPage.ENTITY)) {
                Schema.TEXT.print(json.name("text/html").open().name("schema"));
                json.close();
            }
            json.close();
        }
        json.close();
    }

    private static void page(JsonBytes json, Schema item) {
        json.open().member("type", "object").member("additionalProperties", false);
        json.name("required").openArray();
        json.text("data").text("hasMore").text("nextCursor").closeArray();
        json.name("properties").open();
        Schema.list(item).print(json.name("data"));
        Schema.TRUTH.print(json.name("hasMore"));
        Schema.TEXT.orNull().print(json.name("nextCursor"));
        json.close().close();
    }

    private static void security(JsonBytes json, Route route) {
        json.openArray();
        if (route.credential() != Route.Credential.NONE) {
            json.open()
                    .name(route.credential() == Route.Credential.OPERATOR_TOKEN ? "operatorToken" : "apiKey")
                    .openArray();
            if (route.scope() != null) {
                json.text(route.scope().wireName());
            }
            json.closeArray().close();
        }
        json.closeArray();
    }

    private static void components(JsonBytes json, List<Route> routes, OpenApiProblems problems) {
        Set<Route.Demand> demanded = EnumSet.noneOf(Route.Demand.class);
        routes.forEach(route -> demanded.addAll(route.demands()));
        json.open().name("securitySchemes").open();
        bearer(json.name("apiKey"), "A key of a workspace. The names are the scopes that a restricted key needs.");
        bearer(json.name("operatorToken"), "The operator's token.");
        json.close().name("parameters").open();
        OpenApiParameters.addComponents(json, demanded);
        json.close().name("headers").open();
        AnswerHeaders.addComponents(json);
        json.close().name("responses").open();
        problems.addComponents(json);
        json.close().name("schemas").open();
        OpenApiProblems.addSchema(json.name("Problem"));
        schemas(routes).forEach((name, schema) -> schema.accept(json.name(name)));
        json.close().close();
    }

    /**
     * Returns the bodies and entities of these routes, and the entities of events.
     *
     * @throws IllegalStateException if two of them have the same name
     */
    private static Map<String, Consumer<JsonBytes>> schemas(List<Route> routes) {
        Map<String, Object> declared = new HashMap<>();
        Map<String, Consumer<JsonBytes>> schemas = new TreeMap<>();
        Deque<Entity> entities = new ArrayDeque<>(OpenApiWebhooks.entities());
        for (Route route : routes) {
            Body body = route.body();
            if (body.isTaken() && isNew(declared, body.name(), body)) {
                schemas.put(body.name(), json -> body.schema().print(json));
            }
            for (Route.Success success : route.successes()) {
                entities.addAll(
                        success.shown() == null ? List.of() : success.shown().entities());
            }
        }
        while (!entities.isEmpty()) {
            Entity entity = entities.remove();
            if (isNew(declared, entity.name(), entity)) {
                schemas.put(entity.name(), entity::print);
                entity.members()
                        .forEach(member -> entities.addAll(member.schema().entities()));
            }
        }
        return schemas;
    }

    @SuppressWarnings("ReferenceEquality") // a declaration is itself alone
    private static boolean isNew(Map<String, Object> declared, String name, Object declaration) {
        Object before = declared.putIfAbsent(name, declaration);
        if (before != null && before != declaration) {
            throw new IllegalStateException(
                    "Expected one declaration of " + name + ", but there are two; rename one of them");
        }
        return before == null;
    }

    private static void bearer(JsonBytes json, String description) {
        json.open()
                .member("type", "http")
                .member("scheme", "bearer")
                .member("description", description)
                .close();
    }
}
