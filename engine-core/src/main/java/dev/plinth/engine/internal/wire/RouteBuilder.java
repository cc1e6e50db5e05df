package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Scope;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.pipeline.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Spells one row of the route table: what most rows have in common is left out. Not thread-safe. */
final class RouteBuilder {
    private final String name;
    private final String method;
    private final String path;
    private Route.Guard guard = Route.Guard.WORKSPACE;
    private @Nullable Scope scope;
    private int cost = 1;
    private boolean ofWorker;
    private Route.Body body;
    private String accepts = "Nothing";
    private int bodyBytesMax = Limits.BODY_BYTES_MAX;
    private int bodyItemsMax = JsonReader.ANY_NUMBER;
    private boolean slow;
    private List<String> parameters = List.of();
    private final List<Route.Success> successes = new ArrayList<>();
    private List<ProblemCode> codes = List.of();

    private RouteBuilder(String name, String method, String path) {
        this.name = name;
        this.method = method;
        this.path = path;
        this.body = method.equals("GET") ? Route.Body.NONE : Route.Body.OPTIONAL;
    }

    static RouteBuilder of(String name, String method, String path) {
        return new RouteBuilder(name, method, path);
    }

    RouteBuilder scope(Scope needed) {
        scope = needed;
        return this;
    }

    RouteBuilder operator() {
        guard = Route.Guard.OPERATOR;
        return this;
    }

    RouteBuilder anybody() {
        guard = Route.Guard.NOBODY;
        return this;
    }

    RouteBuilder free() {
        cost = 0;
        return this;
    }

    /** Costs no units, but one of the workspace's bucket for workers' calls. */
    RouteBuilder ofWorker() {
        ofWorker = true;
        return free();
    }

    /** Has to be sent a body, of the schema of this name. */
    RouteBuilder takes(String schema) {
        body = Route.Body.REQUIRED;
        return mayTake(schema);
    }

    /** Has to be sent a body of at most so many bytes, whose arrays have at most so many items. */
    RouteBuilder takes(String schema, int bytesMax, int itemsMax) {
        bodyBytesMax = bytesMax;
        bodyItemsMax = itemsMax;
        return takes(schema);
    }

    /** May be sent a body, of the schema of this name. */
    RouteBuilder mayTake(String schema) {
        accepts = schema;
        return this;
    }

    /** May take long on the caller's thread. */
    RouteBuilder slow() {
        slow = true;
        return this;
    }

    RouteBuilder parameters(String... names) {
        parameters = List.of(names);
        return this;
    }

    /** Answers 200 with an entity, or with a page of it where the row is a list. */
    RouteBuilder gives(String entity) {
        return gives(200, entity);
    }

    /** Answers a status with an entity, empty for no body; the usual one is said first. */
    RouteBuilder gives(int status, String entity) {
        successes.add(new Route.Success(status, entity));
        return this;
    }

    /** Problems that this row alone may meet. */
    RouteBuilder refuses(ProblemCode... problems) {
        codes = List.of(problems);
        return this;
    }

    RouteBuilder page(String... filters) {
        String[] names = new String[filters.length + 2];
        System.arraycopy(filters, 0, names, 0, filters.length);
        names[filters.length] = "limit";
        names[filters.length + 1] = "cursor";
        return parameters(names);
    }

    Route decodedBy(Route.Decoder decoder) {
        return new Route(
                name,
                method,
                path,
                guard,
                scope,
                cost,
                Map.of(),
                ofWorker,
                Set.of(),
                body,
                accepts,
                bodyBytesMax,
                bodyItemsMax,
                slow,
                parameters,
                List.copyOf(successes),
                codes,
                decoder);
    }
}
