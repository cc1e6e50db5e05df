package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.RESOURCES_READ;
import static dev.plinth.engine.api.Scope.RESOURCES_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.INVALID_TRANSITION;
import static dev.plinth.engine.internal.base.problem.ProblemCode.JOB_QUEUE_FULL;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.command.BulkJob;
import dev.plinth.engine.internal.job.JobDraft;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.resource.NewContent;
import dev.plinth.engine.internal.resource.ResourceFilter;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.webhook.FanOut;
import dev.plinth.engine.internal.wire.route.Entities;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.QueryParameters;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The routes of resources. */
final class ResourceRoutes {
    static final String ALL = "/v1/resources";
    static final String ONE = ALL + "/{id}";

    private static final Parameter<String> STATUS = Parameter.oneOf(
            "status",
            List.of("active", "paused", "archived", "all"),
            "Shows resources in this state; without it, those that are not archived.");
    private static final Parameter<String> TYPE = Parameter.text("type", "Shows resources of this type.");
    private static final Parameter<Long> CREATED_AFTER =
            Parameter.time("createdAfter", false, "Shows resources created after this time.");
    private static final Parameter<Long> CREATED_BEFORE =
            Parameter.time("createdBefore", true, "Shows resources created before this time.");
    private static final Parameter<Boolean> SHARED =
            Parameter.truth("shared", "true shows the resources of other workspaces that are shared with this one.");
    private static final Parameter<String> INCLUDE =
            Parameter.oneOf("include", List.of("children"), "Shows the first children too.");

    private final ContentTypes types;
    private final NewContent newContent;
    private final Member<List<JsonValue>> operations;

    ResourceRoutes(ContentTypes types) {
        this.types = types;
        newContent = types.newResource();
        operations = Member.required(
                "operations",
                Kind.list(1, Limits.BULK_OPERATIONS_MAX, operation(newContent), ResourceRoutes::checked),
                "an array of 1 to " + Limits.BULK_OPERATIONS_MAX + " operations");
    }

    List<Route> all() {
        List<Route> routes = new ArrayList<>(List.of(
                row(Tag.RESOURCES, "createResource", "POST", ALL, "Create a resource")
                        .scope(RESOURCES_WRITE)
                        .takes(newContent.body())
                        .creates(Resources.ENTITY)
                        .inBatch()
                        .decodedBy(input -> Resources.create(newContent.of(input.body()))),
                row(Tag.RESOURCES, "listResources", "GET", ALL, "List resources")
                        .says("The newest come first. Archived ones are shown where the status asks for them.")
                        .scope(RESOURCES_READ)
                        .page(STATUS, TYPE, CREATED_AFTER, CREATED_BEFORE, SHARED, QueryParameters.METADATA_PAIR)
                        .gives(Resources.ENTITY)
                        .decodedBy(input -> Resources.list(input.page(), filter(input.query()))),
                row(Tag.RESOURCES, "bulkResources", "POST", ALL + "/bulk", "Run many operations as a job")
                        .says("Each operation has an outcome of its own in the result of the job.")
                        .scope(RESOURCES_WRITE)
                        .takes(
                                Body.of("BulkOperations", operations)
                                        .upTo(Limits.BULK_BODY_BYTES_MAX, Limits.BULK_OPERATIONS_MAX)
                                        .such(
                                                "{\"operations\":[{\"action\":\"pause\",\"id\":\"res_01hzy3v8k2m4n6p8q0r2s4t6v8\"}]}"))
                        .refuses(JOB_QUEUE_FULL)
                        .accepts()
                        .decodedBy(this::bulk),
                row(Tag.RESOURCES, "getResource", "GET", ONE, "Get a resource")
                        .scope(RESOURCES_READ)
                        .parameters(INCLUDE)
                        .gives(Resources.ENTITY)
                        .looksAtIfMatch()
                        .mayBeUnchanged()
                        .decodedBy(input -> Resources.get(
                                input.id(IdKind.RESOURCE, 0),
                                input.precondition(),
                                input.query().find(INCLUDE) != null)),
                row(Tag.RESOURCES, "updateResource", "PATCH", ONE, "Update a resource")
                        .says("The body is a merge patch (RFC 7396): null takes a member of data or metadata out.")
                        .scope(RESOURCES_WRITE)
                        .takes(ContentRules.PATCH)
                        .refuses(RESOURCE_ARCHIVED)
                        .looksAtIfMatch()
                        .gives(Resources.ENTITY)
                        .inBatch()
                        .decodedBy(input -> Resources.patch(
                                input.id(IdKind.RESOURCE, 0),
                                ContentRules.patch(input.body()),
                                input.precondition(),
                                types)),
                row(Tag.RESOURCES, "deleteResource", "DELETE", ONE, "Delete an archived resource")
                        .says("Its children and shares go with it.")
                        .scope(RESOURCES_WRITE)
                        .refuses(INVALID_TRANSITION)
                        .looksAtIfMatch()
                        .gives(Entities.DELETED)
                        .inBatch()
                        .decodedBy(input -> Resources.delete(
                                input.id(IdKind.RESOURCE, 0), input.precondition(), Jobs::cancelOn, FanOut::rows))));
        routes.add(move("pause", "Pause a resource", "Operations and jobs on it are refused until it is resumed."));
        routes.add(move("resume", "Resume a paused resource", ""));
        routes.add(move("archive", "Archive a resource", "It can only be read, unarchived or deleted then."));
        routes.add(move("unarchive", "Unarchive a resource", ""));
        return routes;
    }

    private static Route move(String move, String summary, String description) {
        return row(Tag.RESOURCES, move + "Resource", "POST", ONE + "/" + move, summary)
                .says(description)
                .scope(RESOURCES_WRITE)
                .refuses(RESOURCE_ARCHIVED)
                .looksAtIfMatch()
                .gives(Resources.ENTITY)
                .inBatch()
                .decodedBy(input -> Resources.move(input.id(IdKind.RESOURCE, 0), move, input.precondition()));
    }

    private Command bulk(Input input) {
        List<JsonValue> items = input.body().get(operations);
        JobDraft job = JobDraft.now(BulkJob.TYPE, BulkJob.input(items)).ofItems();
        return new Bulk(job, items.size());
    }

    /** Accepts the job of a bulk call. The call pays now for the rows that its items will write. */
    private record Bulk(JobDraft job, long items) implements Command.CostlyChange {
        @Override
        public Decision decide(Context context) {
            return Jobs.accept(context, job);
        }

        @Override
        public long units(Context context) {
            long rows = items * (1 + Endpoints.count(context.rows(), context.workspace()));
            return (rows + Limits.BULK_ROWS_PER_UNIT - 1) / Limits.BULK_ROWS_PER_UNIT;
        }
    }

    private static ResourceFilter filter(QueryParameters query) {
        String key = null;
        String value = "";
        for (Map.Entry<String, String> parameter : query.values().entrySet()) {
            if (!QueryParameters.isMetadata(parameter.getKey())) {
                continue;
            }
            if (key != null) {
                query.error(
                        parameter.getKey(),
                        "too_many",
                        "A query may have 1 metadata filter, and this one has more. Leave the others out.");
            }
            key = parameter.getKey().substring(QueryParameters.METADATA.length());
            value = parameter.getValue();
        }
        Long after = query.find(CREATED_AFTER);
        Long before = query.find(CREATED_BEFORE);
        return new ResourceFilter(
                statuses(query.find(STATUS)),
                query.find(TYPE),
                key,
                value,
                after == null ? Long.MIN_VALUE : after,
                before == null ? Long.MAX_VALUE : before,
                Boolean.TRUE.equals(query.find(SHARED)));
    }

    /** Returns the statuses that a list shows: the named one, all of them, or by default all but archived. */
    private static List<ResourceStatus> statuses(@Nullable String named) {
        return Arrays.stream(ResourceStatus.values())
                .filter(status -> status != ResourceStatus.UNKNOWN)
                .filter(status -> named == null
                        ? status != ResourceStatus.ARCHIVED
                        : named.equals("all") || named.equals(status.wireName()))
                .toList();
    }

    /** Describes an operation. Errors beside its action are the outcome of the operation, so more members are allowed. */
    private static Schema operation(NewContent content) {
        Member<String> action = Member.required("action", Kind.oneOf(BulkJob.ACTIONS));
        Body members = Body.of(
                "BulkOperation",
                action,
                Member.optional("id", Kind.id(IdKind.RESOURCE)),
                ContentRules.NEW_NAME,
                Member.optional("type", content.typeKind()),
                ContentRules.DATA_PATCH,
                ContentRules.METADATA_PATCH);
        return Schema.of("object", json -> {
            json.member(
                    "description",
                    "The action, the id of the resource unless the action creates one, and the members of the call that it stands"
                            + " for. What is wrong with them is the outcome of this operation, and not a refusal of the call.");
            members.printMembers(json);
        });
    }

    private static List<JsonValue> checked(Fields fields, String name, List<JsonValue> operations) {
        if (operations.isEmpty()) {
            fields.error(name, "too_few", "operations must have 1 item or more, got none.");
        }
        for (int i = 0; i < operations.size(); i++) {
            JsonValue item = operations.get(i);
            if (!(item instanceof JsonValue.Obj operation)) {
                Kind.itemError(
                        fields,
                        name,
                        i,
                        "",
                        "invalid_type",
                        "Each operation must be an object, got " + item.kind() + ".");
            } else if (!(operation.get("action") instanceof JsonValue.Text action)
                    || !BulkJob.ACTIONS.contains(action.value())) {
                Kind.itemError(
                        fields,
                        name,
                        i,
                        "/action",
                        "invalid_value",
                        "action must be one of " + String.join(", ", BulkJob.ACTIONS) + ", got "
                                + Fields.shown(operation.get("action")) + ".");
            }
        }
        return operations;
    }
}
