package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.base.Scope.KEYS_WRITE;
import static dev.plinth.engine.internal.base.Scope.REQUESTS_READ;
import static dev.plinth.engine.internal.wire.RouteBuilder.row;

import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import java.util.ArrayList;
import java.util.List;

/** The routes of the caller's own workspace, and of its requests. */
final class WorkspaceRoutes {
    private static final String ONE = "/v1/workspace";
    private static final String REQUESTS = "/v1/requests";

    private static final Member<Workspaces.SharesFrom> SHARES_FROM = Member.optional(
            "sharesFrom",
            Kind.list(0, Limits.SHARES_FROM_MAX, Schema.id(IdKind.WORKSPACE), WorkspaceRoutes::sharesFrom)
                    .orNull(new Workspaces.SharesFrom(null)));

    private final RequestLog log;

    WorkspaceRoutes(RequestLog log) {
        this.log = log;
    }

    List<Route> all() {
        return List.of(
                row(Tag.WORKSPACE, "getWorkspace", "GET", ONE, "Get the workspace")
                        .gives(Workspaces.ENTITY)
                        .decodedBy(request -> Input.of(request).checked(Workspaces.own())),
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
                        .scope(REQUESTS_READ)
                        .page()
                        .gives(RequestLog.ENTITY)
                        .decodedBy(this::listRequests),
                row(Tag.WORKSPACE, "getRequest", "GET", REQUESTS + "/{requestId}", "Get a request")
                        .says("It shows how the request was answered and what it caused.")
                        .scope(REQUESTS_READ)
                        .gives(RequestLog.ENTITY)
                        .decodedBy(this::getRequest));
    }

    private static Command update(Request request) {
        Values body = Input.of(request).body();
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

    private Command listRequests(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        return input.checked(log.list(page));
    }

    private Command getRequest(Request request) {
        Input input = Input.of(request);
        return input.checked(log.get(input.id(IdKind.REQUEST, 0)));
    }
}
