package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.command.WorkspaceCommands;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.wire.route.Entities;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The operator's routes of workspaces. */
final class OperatorRoutes {
    private static final String ALL = "/admin/v1/workspaces";
    private static final String ONE = ALL + "/{workspaceId}";
    private static final String STARTER = "starter";

    private static final Parameter<String> OF_PLAN = Parameter.matching(
            "plan",
            Pattern.compile("[a-z][a-z0-9_-]{0,63}"),
            "a plan's name such as starter",
            "Shows workspaces under this plan.");

    private static final Member<String> NAME = Member.required("name", ContentRules.NAME);
    private static final Member<String> STATUS = Member.optional("status", Kind.oneOf(Workspaces.STATUSES));

    private final Plans plans;
    private final Member<String> plan;
    private final Member<String> newPlan;

    OperatorRoutes(Plans plans) {
        this.plans = plans;
        // Plans may be replaced while the engine runs.
        Schema schema =
                Schema.of("string", json -> Schema.oneOf(plans.names()).rules().accept(json));
        Kind<String> names = Kind.of(schema, "a plan", (fields, name) -> fields.oneOf(name, plans.names()));
        plan = Member.optional("plan", names, STARTER);
        newPlan = Member.optional("plan", names);
    }

    List<Route> all() {
        return List.of(
                row(Tag.OPERATOR, "createWorkspace", "POST", ALL, "Create a workspace")
                        .operator()
                        .takes(Body.of("NewWorkspace", NAME, plan).such("{\"name\":\"Acme\"}"))
                        .creates(Workspaces.ENTITY)
                        .decodedBy(this::create),
                row(Tag.OPERATOR, "listWorkspaces", "GET", ALL, "List workspaces")
                        .says("With a plan, a page examines at most 10 workspaces for each item of its limit.")
                        .operator()
                        .page(OF_PLAN)
                        .gives(Workspaces.ENTITY)
                        .decodedBy(input ->
                                Workspaces.list(input.page(), input.query().find(OF_PLAN))),
                row(Tag.OPERATOR, "getAnyWorkspace", "GET", ONE, "Get a workspace")
                        .operator()
                        .gives(Workspaces.ENTITY)
                        .decodedBy(input -> Workspaces.get(input.id(IdKind.WORKSPACE, 0))),
                row(Tag.OPERATOR, "updateAnyWorkspace", "PATCH", ONE, "Update a workspace")
                        .says("The keys of a suspended workspace are refused.")
                        .operator()
                        .takes(Body.of("WorkspaceChange", ContentRules.NEW_NAME, newPlan, STATUS)
                                .such("{\"status\":\"suspended\"}"))
                        .gives(Workspaces.ENTITY)
                        .decodedBy(this::update),
                row(Tag.OPERATOR, "deleteAnyWorkspace", "DELETE", ONE, "Delete a workspace")
                        .says("Everything that it has is purged.")
                        .operator()
                        .gives(Entities.DELETED)
                        .decodedBy(input -> WorkspaceCommands.delete(input.id(IdKind.WORKSPACE, 0))),
                row(Tag.OPERATOR, "createKeyFor", "POST", ONE + "/keys", "Create a key of a workspace")
                        .operator()
                        .takes(KeyRoutes.NEW_KEY)
                        .gives(201, Keys.ENTITY)
                        .decodedBy(input ->
                                Keys.createFor(input.id(IdKind.WORKSPACE, 0), KeyRoutes.newKey(input.body()))));
    }

    private Command create(Input input) {
        Values body = input.body();
        return underKnownPlan(body.get(plan), Workspaces.create(body.get(NAME), body.get(plan)));
    }

    private Command update(Input input) {
        Values body = input.body();
        String status = body.find(STATUS);
        Boolean suspended = status == null ? null : (Boolean) status.equals("suspended");
        String next = body.find(newPlan);
        return underKnownPlan(
                next,
                WorkspaceCommands.update(
                        input.id(IdKind.WORKSPACE, 0), body.find(ContentRules.NEW_NAME), next, suspended));
    }

    /** Checks a plan again inside the writer lock, because plans may have been replaced since the body was read. */
    private Command underKnownPlan(@Nullable String name, Command.Change change) {
        return (Command.Change) context -> {
            if (name != null && !plans.has(name)) {
                String detail = "plan must be one of " + String.join(", ", plans.names()) + ", got \"" + name + "\".";
                throw new RefusedException(
                        Refusal.ofBody("/plan", "invalid_value", detail).notRemembered());
            }
            return change.decide(context);
        };
    }
}
