package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.KEYS_WRITE;
import static dev.plinth.engine.api.Scope.REQUESTS_READ;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.requestlog.RequestFilter;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.QueryParameters;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The routes of the caller's own workspace, and of its requests. */
final class WorkspaceRoutes {
    private static final String ONE = "/v1/workspace";
    private static final String REQUESTS = "/v1/requests";

    private static final Pattern STATUSES = Pattern.compile("[1-5]([0-9][0-9]|xx)");
    private static final Pattern CODES = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    private static final Pattern PRINTABLE = Pattern.compile("[ -~]{1," + Limits.IDEMPOTENCY_KEY_LENGTH_MAX + "}");
    private static final Pattern TEMPLATES =
            Pattern.compile("/[!-~]{0," + (Limits.REQUEST_LOG_PATH_LENGTH_MAX - 1) + "}");

    private static final Member<Workspaces.SharesFrom> SHARES_FROM = Member.optional(
            "sharesFrom",
            Kind.list(0, Limits.SHARES_FROM_MAX, Schema.id(IdKind.WORKSPACE), WorkspaceRoutes::sharesFrom)
                    .orNull(new Workspaces.SharesFrom(null)));

    private static final Parameter<RequestFilter.Statuses> STATUS = new Parameter<>(
            "status",
            Schema.matching(STATUSES, "4xx"),
            "Shows requests with this status, or with one of this class.",
            WorkspaceRoutes::statuses);
    private static final Parameter<String> CODE =
            Parameter.matching("code", CODES, "a code such as not_found", "Shows refusals with this code.");
    private static final Parameter<Id> KEY_ID = Parameter.id("keyId", IdKind.KEY, "Shows requests of this API key.");
    private static final Parameter<String> IDEMPOTENCY_KEY = Parameter.matching(
            "idempotencyKey",
            PRINTABLE,
            "1 to " + Limits.IDEMPOTENCY_KEY_LENGTH_MAX + " printable ASCII characters",
            "Shows requests with this idempotency key.");
    private static final Parameter<String> ROUTE = Parameter.matching(
            "route",
            TEMPLATES,
            "a path with variables in braces, such as /v1/resources/{id}",
            "Shows requests of this path.");
    private static final Parameter<Long> CREATED_AFTER =
            Parameter.time("createdAfter", false, "Shows requests that arrived after this time.");
    private static final Parameter<Long> CREATED_BEFORE =
            Parameter.time("createdBefore", true, "Shows requests that arrived before this time.");

    private final RequestLog log;

    WorkspaceRoutes(RequestLog log) {
        this.log = log;
    }

    List<Route> all() {
        return List.of(
                row(Tag.WORKSPACE, "getWorkspace", "GET", ONE, "Get the workspace")
                        .gives(Workspaces.ENTITY)
                        .answeredBy(Workspaces.own()),
                row(Tag.WORKSPACE, "updateWorkspace", "PATCH", ONE, "Update the workspace")
                        .says(
                                "sharesFrom names the workspaces that may share resources with this one; null stands for all.")
                        .scope(KEYS_WRITE)
                        .takes(Body.of(
                                        "WorkspacePatch",
                                        ContentRules.NEW_NAME,
                                        ContentRules.METADATA_PATCH,
                                        SHARES_FROM)
                                .such("{\"metadata\":{\"team\":\"red\"}}"))
                        .gives(Workspaces.ENTITY)
                        .decodedBy(WorkspaceRoutes::update),
                row(Tag.WORKSPACE, "listRequests", "GET", REQUESTS, "List the last requests of the workspace")
                        .says("With several filters, a page examines at most 10 requests for each item of its limit.")
                        .scope(REQUESTS_READ)
                        .page(STATUS, CODE, KEY_ID, IDEMPOTENCY_KEY, ROUTE, CREATED_AFTER, CREATED_BEFORE)
                        .gives(RequestLog.ENTITY)
                        .decodedBy(this::listRequests),
                row(Tag.WORKSPACE, "getRequest", "GET", REQUESTS + "/{requestId}", "Get a request")
                        .says("It shows how the request was answered, why, and what it caused.")
                        .scope(REQUESTS_READ)
                        .gives(RequestLog.ENTITY)
                        .decodedBy(input -> log.get(input.id(IdKind.REQUEST, 0))));
    }

    private static Command update(Input input) {
        Values body = input.body();
        JsonValue metadata = body.find(ContentRules.METADATA_PATCH);
        return Workspaces.updateOwn(
                body.find(ContentRules.NEW_NAME),
                old -> ContentRules.patchedMetadata(metadata, old),
                body.find(SHARES_FROM));
    }

    private static Workspaces.SharesFrom sharesFrom(Fields fields, String name, List<JsonValue> items) {
        List<Id> owners = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            Id owner = items.get(i) instanceof JsonValue.Text text ? Id.parse(IdKind.WORKSPACE, text.value()) : null;
            if (owner == null) {
                Kind.itemError(
                        fields,
                        name,
                        i,
                        "",
                        "invalid_format",
                        "sharesFrom must be ids ws_…, got " + Fields.shown(items.get(i)) + ".");
            } else if (!owners.contains(owner)) {
                owners.add(owner);
            }
        }
        return new Workspaces.SharesFrom(List.copyOf(owners));
    }

    private Command listRequests(Input input) {
        PageRequest page = input.page();
        QueryParameters query = input.query();
        RequestFilter filter = new RequestFilter(
                query.find(STATUS),
                query.find(CODE),
                query.find(KEY_ID),
                query.find(IDEMPOTENCY_KEY),
                query.find(ROUTE),
                query.find(CREATED_AFTER),
                query.find(CREATED_BEFORE));
        return log.list(page, filter);
    }

    private static RequestFilter.@Nullable Statuses statuses(String text, Parameter.Errors errors) {
        if (!STATUSES.matcher(text).matches()) {
            errors.add(
                    "invalid_format",
                    "status must be a status such as 404, or a class such as 4xx, got " + Quoted.of(text) + ".");
            return null;
        }
        boolean isClass = text.endsWith("xx");
        int least = Integer.parseInt(text.replace('x', '0'));
        return new RequestFilter.Statuses(least, isClass ? least + 99 : least);
    }
}
