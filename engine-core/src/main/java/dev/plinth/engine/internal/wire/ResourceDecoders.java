package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.command.BulkJob;
import dev.plinth.engine.internal.command.HostOperation;
import dev.plinth.engine.internal.command.StartJob;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.job.NewJob;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.resource.Children;
import dev.plinth.engine.internal.resource.Content;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.resource.ResourceFilter;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.resource.Shares;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.webhook.FanOut;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Makes the commands on resources, their children and their shares. */
final class ResourceDecoders {
    static final List<String> ROLES = List.of("reader", "editor");
    static final List<String> STATUSES = List.of("active", "paused", "archived", "all");
    static final List<String> INCLUDED = List.of("children");

    private final Map<String, HostOperation.Code> operations;
    private final Set<String> asyncOperations;
    private final ContentTypes types;

    ResourceDecoders(Map<String, HostOperation.Code> operations, Set<String> asyncOperations, ContentTypes types) {
        this.types = types;
        this.operations = operations;
        this.asyncOperations = asyncOperations;
    }

    Command create(Request request) {
        Input input = Input.of(request);
        return input.checked(Resources.create(types.resource(input.body())));
    }

    Command list(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        return input.checked(Resources.list(page, filter(input.query())));
    }

    Command bulk(Request request) {
        Input input = Input.of(request);
        List<JsonValue> operations = input.body().array("operations", Limits.BULK_OPERATIONS_MAX);
        if (!input.body().has("operations")) {
            input.body().missing("operations", "an array of 1 to " + Limits.BULK_OPERATIONS_MAX + " operations");
        } else if (operations != null) {
            checkActions(input, operations);
        }
        byte[] items = JsonBytes.compact(new JsonValue.Arr(operations == null ? List.of() : operations));
        NewJob job = NewJob.now(BulkJob.TYPE, items).ofItems();
        return input.checked(new Bulk(job, operations == null ? 0 : operations.size()));
    }

    /** The acceptance of a bulk call's job: what its items will write is paid for now. */
    private record Bulk(NewJob job, long items) implements Command.CostlyChange {
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

    Command get(Request request) {
        Input input = Input.of(request);
        Id id = input.id(IdKind.RESOURCE, 0);
        boolean children = input.query().oneOf("include", INCLUDED) != null;
        return input.checked(Resources.get(id, input.ifNoneMatch(), children));
    }

    Command patch(Request request) {
        Input input = Input.of(request);
        Content.Patch patch = ContentRules.patch(input.body());
        return input.checked(Resources.patch(input.id(IdKind.RESOURCE, 0), patch, input.ifMatch(), types));
    }

    Command delete(Request request) {
        Input input = Input.of(request);
        return input.checked(
                Resources.delete(input.id(IdKind.RESOURCE, 0), input.ifMatch(), Jobs::cancelOn, FanOut::rows));
    }

    Command move(Request request, String move) {
        Input input = Input.of(request);
        return input.checked(Resources.move(input.id(IdKind.RESOURCE, 0), move, input.ifMatch()));
    }

    Command operation(Request request) {
        Input input = Input.of(request);
        byte[] argument = input.objectMember("input");
        Id id = input.id(IdKind.RESOURCE, 0);
        String name = request.pathValue(1);
        input.checked(id);
        HostOperation.Code handler = operations.get(name);
        if (handler != null) {
            return HostOperation.of(name, handler, id, argument, input.ifMatch(), types);
        }
        if (asyncOperations.contains(name)) {
            return StartJob.of(NewJob.now(name, argument).about(id), input.ifMatch());
        }
        Refusal unknown = Refusal.of(ProblemCode.NOT_FOUND, "No such operation; " + known());
        return (Command.Change) context -> {
            throw new RefusedException(unknown);
        };
    }

    private String known() {
        Set<String> names = new TreeSet<>(operations.keySet());
        names.addAll(asyncOperations);
        return names.isEmpty() ? "there are none." : "there are: " + String.join(", ", names) + ".";
    }

    Command share(Request request) {
        Input input = Input.of(request);
        String role = input.body().oneOf("role", ROLES);
        if (!input.body().has("role")) {
            input.body().missing("role", "reader or editor");
        }
        Id resource = input.id(IdKind.RESOURCE, 0);
        Id grantee = input.id(IdKind.WORKSPACE, 1);
        return input.checked(
                Shares.grant(resource, grantee, "editor".equals(role), Access::takesShares, Jobs::cancelOn));
    }

    Command shares(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        return input.checked(Shares.list(input.id(IdKind.RESOURCE, 0), page));
    }

    Command unshare(Request request) {
        Input input = Input.of(request);
        return input.checked(
                Shares.revoke(input.id(IdKind.RESOURCE, 0), input.id(IdKind.WORKSPACE, 1), Jobs::cancelOn));
    }

    Command createChild(Request request) {
        Input input = Input.of(request);
        Content content = types.child(input.body());
        return input.checked(Children.create(input.id(IdKind.RESOURCE, 0), content));
    }

    Command listChildren(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        return input.checked(Children.list(input.id(IdKind.RESOURCE, 0), page));
    }

    Command getChild(Request request) {
        Input input = Input.of(request);
        return input.checked(
                Children.get(input.id(IdKind.RESOURCE, 0), input.id(IdKind.CHILD, 1), input.ifNoneMatch()));
    }

    Command patchChild(Request request) {
        Input input = Input.of(request);
        Content.Patch patch = ContentRules.patch(input.body());
        return input.checked(
                Children.patch(input.id(IdKind.RESOURCE, 0), input.id(IdKind.CHILD, 1), patch, input.ifMatch(), types));
    }

    Command deleteChild(Request request) {
        Input input = Input.of(request);
        return input.checked(Children.delete(input.id(IdKind.RESOURCE, 0), input.id(IdKind.CHILD, 1), input.ifMatch()));
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
                        parameter.getKey(), "too_many", "Expected at most one metadata filter, but there are more.");
            }
            key = parameter.getKey().substring(QueryParameters.METADATA.length());
            value = parameter.getValue();
        }
        Long after = query.time("createdAfter", false);
        Long before = query.time("createdBefore", true);
        return new ResourceFilter(
                query.oneOf("status", STATUSES),
                query.text("type"),
                key,
                value,
                after == null ? Long.MIN_VALUE : after,
                before == null ? Long.MAX_VALUE : before,
                query.truth("shared"));
    }

    private static void checkActions(Input input, List<JsonValue> operations) {
        if (operations.isEmpty()) {
            input.body().error("operations", "too_few", "Expected at least 1 operation, but got none.");
        }
        for (int i = 0; i < operations.size(); i++) {
            String at = "operations/" + i;
            if (!(operations.get(i) instanceof JsonValue.Obj operation)) {
                input.error(
                        "/" + at,
                        "invalid_type",
                        "Expected an object, but got " + operations.get(i).kind() + ".");
            } else if (!(operation.get("action") instanceof JsonValue.Text action)
                    || !BulkJob.ACTIONS.contains(action.value())) {
                input.error(
                        "/" + at + "/action",
                        "invalid_value",
                        "Expected one of " + String.join(", ", BulkJob.ACTIONS) + ", but got none of them.");
            }
        }
    }
}
