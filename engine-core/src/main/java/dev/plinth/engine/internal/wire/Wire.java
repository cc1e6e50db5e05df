package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.access.LastUsedTimes;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.command.ApplyRow;
import dev.plinth.engine.internal.command.HostOperation;
import dev.plinth.engine.internal.job.HandledTypes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.metrics.HealthHistory;
import dev.plinth.engine.internal.pipeline.Answer;
import dev.plinth.engine.internal.pipeline.PendingRequest;
import dev.plinth.engine.internal.pipeline.ReplyTo;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.pipeline.StreamBytes;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.internal.wire.route.FrontPage;
import dev.plinth.engine.internal.wire.route.NodeState;
import dev.plinth.engine.internal.wire.route.ReplyRenderer;
import dev.plinth.engine.internal.wire.route.Router;
import dev.plinth.engine.settings.ManualClock;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes calls to the pipeline and brings answers back. */
public final class Wire {
    private static final byte[] NO_BODY = {};
    private static final String METRICS = "/metrics";
    private static final String HEALTH = "/health/";

    private final RequestDispatcher dispatcher;
    private final Router router;
    private final OpenApi openApi;
    private final ReplyRenderer renderer;
    private final Map<String, Route> byName = new HashMap<>();
    private final Set<String> operations;
    private final Set<String> asyncOperations;

    /**
     * The parts that the table's commands need.
     *
     * @param operations the host's synchronous operations on resources, by name
     * @param directOperations its operations without a resource, by name
     * @param asyncOperations the names of the host's asynchronous operations
     * @param handled the types of jobs that are handled
     * @param types the types of resources and children that are registered
     * @param keyUses tells when keys were last used
     * @param settings what the host says of routes
     * @param log the last requests of each workspace
     * @param figures the figures of all rooms
     * @param version the version of the release
     * @param problems renders refusals
     * @param replies what replies tell of the engine
     * @param testClock the clock that may be turned over the wire, or null
     * @param reset empties the engine
     * @param configReload reads the host's configuration again, or null
     */
    public record Parts(
            Store store,
            Quotas quotas,
            Plans plans,
            Webhooks webhooks,
            Map<String, HostOperation.Code> operations,
            Map<String, HostOperation.Direct> directOperations,
            Set<String> asyncOperations,
            HandledTypes handled,
            ContentTypes types,
            LastUsedTimes keyUses,
            RouteSettings settings,
            RequestLog log,
            Figures figures,
            String version,
            ProblemJson problems,
            ReplyRenderer.Settings replies,
            Supplier<Optional<NodeState>> node,
            @Nullable ManualClock testClock,
            Runnable reset,
            @Nullable Supplier<Json> configReload) {}

    /** The figures that routes show. Thread-safe. */
    public interface Figures {
        /** Renders the page of {@code GET /metrics}. */
        byte[] page();

        /** Returns the health figures of the last hour. */
        HealthHistory history();
    }

    /** Makes a wire to this dispatcher. */
    public Wire(RequestDispatcher dispatcher, Parts parts) {
        this.dispatcher = dispatcher;
        operations = parts.operations().keySet();
        asyncOperations = parts.asyncOperations();
        renderer = new ReplyRenderer(parts.problems(), parts.replies());
        openApi = new OpenApi(
                parts.operations().keySet(), parts.asyncOperations(), parts.directOperations(), parts.problems());
        SystemRoutes system = new SystemRoutes(
                parts.store(),
                parts.quotas(),
                parts.figures()::page,
                new SystemRoutes.Pages(openApi, new FrontPage(parts.version())),
                parts.webhooks()::problem,
                parts.node());
        BatchRoutes batch = new BatchRoutes();
        List<Route> table = parts.settings().applyTo(RouteTable.all(parts, system, batch));
        openApi.describe(table);
        this.router = new Router(table);
        batch.callsTo(router);
        table.forEach(route -> byName.put(route.name(), route));
    }

    private Wire(Wire other, Set<Audience> audiences) {
        this.dispatcher = other.dispatcher;
        operations = other.operations;
        asyncOperations = other.asyncOperations;
        openApi = other.openApi;
        renderer = other.renderer;
        byName.putAll(other.byName);
        this.router = new Router(byName.values().stream()
                .filter(route -> audiences.contains(audience(route)))
                .toList());
    }

    /** Returns this wire with the routes of these audiences alone; any other route is unknown there. */
    public Wire serving(Set<Audience> audiences) {
        return new Wire(this, audiences);
    }

    /** Renders documents again, because the names of plans have changed. */
    public void plansChanged() {
        openApi.forget();
    }

    private static Audience audience(Route route) {
        if (route.credential() == Route.Credential.OPERATOR_TOKEN
                || route.path().equals(METRICS)) {
            return Audience.OPERATOR;
        }
        return route.path().startsWith(HEALTH) ? Audience.PROBE : Audience.TENANT;
    }

    /** Answers a call on the caller's thread. */
    public Reply execute(Call call) {
        Request request;
        try {
            request = request(call);
        } catch (RefusedException refused) {
            return refuse(refused.refusal());
        }
        return reply(request, dispatcher.call(request), dispatcher.workers());
    }

    /** Answers a call without ever blocking the caller's thread. */
    public CompletableFuture<Reply> submit(Call call, ReplyTo to) {
        Request request;
        try {
            request = request(call);
        } catch (RefusedException refused) {
            return CompletableFuture.completedFuture(refuse(refused.refusal()));
        }
        return dispatcher.submit(request, to).thenApply(answer -> reply(request, answer, to));
    }

    /**
     * Takes the headers of a call, whose body follows or does not matter.
     *
     * @throws RefusedException if there is no such route
     */
    public PendingRequest arrive(Call head) {
        return dispatcher.arrive(request(head));
    }

    /** Answers a call that has arrived, without ever blocking the caller's thread. */
    public CompletableFuture<Reply> submit(PendingRequest pending, ReplyTo to) {
        return dispatcher.submit(pending, to).thenApply(answer -> reply(pending.request(), answer, to));
    }

    private Reply reply(Request request, Answer answer, ReplyTo to) {
        Reply reply = renderer.write(answer);
        Optional<Reply.Rest> rest = rest(request, answer, StreamBytes.NONE, to);
        return rest.map(reply::withRest).orElse(reply);
    }

    /** @param before the bytes of the parts before this one */
    private Optional<Reply.Rest> rest(Request request, Answer answer, StreamBytes before, ReplyTo to) {
        Command.StreamQuery rest = answer.outcome() instanceof Outcome.Page page ? page.rest() : null;
        if (rest == null) {
            return Optional.empty();
        }
        StreamBytes sent = before.plus(answer.outcome().bodyBytes());
        return Optional.of(
                () -> dispatcher.follow(request, rest, sent, to).thenApply(next -> part(request, next, sent, to)));
    }

    /** Any answer other than a page ends the stream. */
    private Reply.Part part(Request request, Answer answer, StreamBytes before, ReplyTo to) {
        byte[] bytes = answer.outcome() instanceof Outcome.Page page ? page.body() : NO_BODY;
        return rest(request, answer, before, to)
                .map(rest -> Reply.Part.of(bytes, rest))
                .orElseGet(() -> Reply.Part.last(bytes));
    }

    /** Returns a request to the route of a name, for the typed client. */
    public Request request(
            String operation, List<String> pathValues, @Nullable String query, Request.Headers headers, byte[] body) {
        Route known = byName.get(operation);
        if (known == null) {
            throw new IllegalStateException("Expected a route of the route table, but " + operation + " is none");
        }
        return new Request(known, known.method(), pathValues, query, headers, body, false);
    }

    /** Returns the answer to something that never became a call. */
    public Reply refuse(Refusal refusal) {
        return renderer.write(refusal, dispatcher.newRequestId());
    }

    /** Returns true if the host has a synchronous operation of this name. */
    public boolean runsAtOnce(String operation) {
        return operations.contains(operation);
    }

    /** Returns true if the host has an asynchronous operation of this name. */
    public boolean startsJob(String operation) {
        return asyncOperations.contains(operation);
    }

    /** Returns true if {@code If-Match} is a condition of the route of a name. */
    public boolean looksAtVersions(String operation) {
        Route known = byName.get(operation);
        return known != null && known.looksAtIfMatch();
    }

    /**
     * Returns the change of an effect of the host's own code. It is made on any version, because only callers of the route have
     * to send {@code If-Match} where the host demands it.
     *
     * @throws RefusedException with everything that is wrong with the effect
     */
    public Command.Change decode(String name, List<String> pathValues, byte @Nullable [] body) {
        Request.Headers headers = looksAtVersions(name) ? Request.Headers.NONE.withIfMatch("*") : Request.Headers.NONE;
        Request request = request(name, pathValues, null, headers, NO_BODY);
        int bytesMax = request.route().body().bytesMax();
        if (body != null && body.length > bytesMax) {
            throw RefusedException.of(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "An effect of " + name + " may have " + bytesMax + " bytes, got " + body.length
                            + "; nothing was changed. Send less.");
        }
        Request complete = body == null ? request : request.having(JsonReader.trusted(body));
        return (Command.Change) complete.route().decoder().decode(complete);
    }

    /**
     * Reads the body of a row of an inbox.
     *
     * @param json its JSON in UTF-8
     * @return the operations of the row, for {@link ApplyRow}
     * @throws RefusedException with everything that is wrong with it
     */
    public ApplyRow.Body inboxBody(byte[] json) {
        return InboxBody.read(router, json);
    }

    /** Returns the rows of the route table. */
    public Collection<Route> table() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** Returns an answer as bytes. */
    public Reply reply(Answer answer) {
        return renderer.write(answer);
    }

    /** Returns the bytes that the body of a route may have, or the usual limit if there is no such route. */
    public int bodyBytesMax(String method, String path) {
        try {
            return router.match(method, path).route().body().bytesMax();
        } catch (RefusedException refused) {
            return Limits.BODY_BYTES_MAX;
        }
    }

    private Request request(Call call) {
        Router.MatchedRoute matched = router.match(call.method(), call.path());
        boolean read = matched.route().body().isTaken();
        return new Request(
                        matched.route(),
                        call.method(),
                        matched.values(),
                        call.query(),
                        new Request.Headers(call.headers()),
                        read ? call.body() : NO_BODY,
                        read && call.bodyTooLarge())
                .sentTo(call.path())
                .sentBy(call.scheme());
    }
}
