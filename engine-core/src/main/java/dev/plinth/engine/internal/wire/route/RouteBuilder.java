package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.shape.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builds a row of the route table, from the defaults of most rows. Not thread-safe. */
public final class RouteBuilder {
    private final String name;
    private final String method;
    private final String path;
    private final Tag tag;
    private final String summary;
    private String description = "";
    private Route.Credential credential = Route.Credential.WORKSPACE_KEY;
    private @Nullable Scope scope;
    private int cost = 1;
    private boolean ofWorker;
    private Body body;
    private boolean slow;
    private boolean looksAtIfMatch;
    private boolean inBatch;
    private List<Parameter<?>> parameters = List.of();
    private final List<Route.Success> successes = new ArrayList<>();
    private final List<ProblemCode> codes = new ArrayList<>();

    private RouteBuilder(Tag tag, String name, String method, String path, String summary) {
        this.tag = tag;
        this.name = name;
        this.method = method;
        this.path = path;
        this.summary = summary;
        this.body = method.equals("GET") ? Body.NONE : Body.EMPTY;
    }

    /**
     * Begins a row.
     *
     * @param tag the group of the route in documents
     * @param name its name, such as {@code createResource}
     * @param summary a few words that begin with a verb
     */
    public static RouteBuilder row(Tag tag, String name, String method, String path, String summary) {
        return new RouteBuilder(tag, name, method, path, summary);
    }

    /** Says more about the route, in whole sentences. */
    public RouteBuilder says(String sentences) {
        description = sentences;
        return this;
    }

    public RouteBuilder scope(Scope needed) {
        scope = needed;
        return this;
    }

    public RouteBuilder operator() {
        credential = Route.Credential.OPERATOR_TOKEN;
        return this;
    }

    public RouteBuilder anybody() {
        credential = Route.Credential.NONE;
        return this;
    }

    public RouteBuilder free() {
        cost = 0;
        return this;
    }

    /** Costs no units, but takes one from the workspace's bucket for calls of workers. */
    public RouteBuilder ofWorker() {
        ofWorker = true;
        return free();
    }

    public RouteBuilder takes(Body taken) {
        body = taken;
        return this;
    }

    /** May take long on the caller's thread. */
    public RouteBuilder slow() {
        slow = true;
        return this;
    }

    /** May be an operation of a batch. */
    public RouteBuilder inBatch() {
        inBatch = true;
        return this;
    }

    public RouteBuilder parameters(Parameter<?>... taken) {
        parameters = List.of(taken);
        return this;
    }

    /** Answers 200 with an entity, or with a page of it where the row is a list. */
    public RouteBuilder gives(Entity entity) {
        return gives(200, entity);
    }

    /** Answers a status with an entity; the usual one comes first. An entity with versions has an entity tag. */
    public RouteBuilder gives(int status, Entity entity) {
        return gives(status, entity, tag(entity));
    }

    private List<String> tag(Entity entity) {
        boolean isTagged = entity.isVersioned() && !parameters.contains(QueryParameters.CURSOR);
        return isTagged ? List.of(AnswerHeaders.ETAG) : List.of();
    }

    /** Answers 201 with an entity and says where it is. */
    public RouteBuilder creates(Entity entity) {
        List<String> headers = new ArrayList<>(tag(entity));
        headers.add(AnswerHeaders.LOCATION);
        return gives(201, entity, headers);
    }

    /** Answers 202 with a job and says where it is. */
    public RouteBuilder accepts() {
        return gives(202, Jobs.ACCEPTED, List.of(AnswerHeaders.LOCATION, AnswerHeaders.RETRY_AFTER));
    }

    private RouteBuilder gives(int status, Entity entity, List<String> headers) {
        return gives(new Route.Success(status, Schema.of(entity), Route.Success.JSON, headers));
    }

    /** Answers 200 with something that is no entity. */
    public RouteBuilder gives(Schema schema, String mediaType) {
        return gives(new Route.Success(200, schema, mediaType, List.of()));
    }

    /** Answers 304 without a body where the caller has the version already. */
    public RouteBuilder mayBeUnchanged() {
        return gives(new Route.Success(304, null, Route.Success.JSON, List.of(AnswerHeaders.ETAG)));
    }

    private RouteBuilder gives(Route.Success success) {
        successes.add(success);
        return this;
    }

    /** Adds the problems that this row alone may meet. */
    public RouteBuilder refuses(ProblemCode... problems) {
        codes.addAll(List.of(problems));
        return this;
    }

    /** Is refused where {@code If-Match} or {@code If-None-Match} does not fit the current version. */
    public RouteBuilder looksAtIfMatch() {
        looksAtIfMatch = true;
        return refuses(ProblemCode.PRECONDITION_FAILED);
    }

    /** Gives pages, and takes these filters. */
    public RouteBuilder page(Parameter<?>... filters) {
        List<Parameter<?>> all = new ArrayList<>(List.of(filters));
        all.add(QueryParameters.LIMIT);
        all.add(QueryParameters.CURSOR);
        parameters = List.copyOf(all);
        return this;
    }

    /** Ends the row of a read that takes nothing out of a request. */
    public Route answeredBy(Command.Query query) {
        return decodedBy(input -> query);
    }

    /** Ends the row. The decoder makes the command; what it leaves unread of the request is checked all the same. */
    public Route decodedBy(Function<Input, Command> decoder) {
        return decodedBy(decoder, request -> List.of());
    }

    /**
     * Ends the row.
     *
     * @param scopes returns the scopes that a key needs beside the route's own, because of what the body asks for
     */
    public Route decodedBy(Function<Input, Command> decoder, Function<Request, List<Scope>> scopes) {
        return new Route(
                name,
                method,
                path,
                new Route.Text(tag.title(), summary, description),
                credential,
                scope,
                cost,
                Map.of(),
                ofWorker,
                Set.of(),
                body,
                slow,
                parameters,
                List.copyOf(successes),
                List.copyOf(codes),
                looksAtIfMatch,
                inBatch,
                false,
                new InputDecoder(decoder, scopes));
    }

    private record InputDecoder(Function<Input, Command> command, Function<Request, List<Scope>> further)
            implements Route.Decoder {
        @Override
        public Command decode(Request request) {
            Input input = Input.of(request);
            Command decoded = command.apply(input);
            input.check();
            return UnversionedConditions.under(request, decoded);
        }

        @Override
        public List<Scope> scopes(Request request) {
            return further.apply(request);
        }
    }
}
