package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The commands on workspaces, for the operator and for a workspace itself. */
public final class Workspaces {
    /** The states of a workspace. */
    public static final List<String> STATUSES = List.of("active", "suspended");

    /** The members of a workspace. */
    public static final Entity ENTITY = Entity.named("Workspace")
            .with("id", Schema.id(IdKind.WORKSPACE))
            .with("name", Schema.TEXT)
            .with("plan", Schema.TEXT)
            .with("status", Schema.oneOf(STATUSES))
            .with("metadata", Schema.texts())
            .maybe("sharesFrom", Schema.list(Schema.id(IdKind.WORKSPACE)))
            .with("createdAt", Schema.TIME);

    private static final byte[] NO_METADATA = "{}".getBytes(StandardCharsets.US_ASCII);

    private Workspaces() {}

    /** Creates a workspace under a plan. */
    public static Command.Change create(String name, String plan) {
        return context -> {
            Id id = context.newId(IdKind.WORKSPACE);
            if (DeletedWorkspaces.has(context.rows(), id)) {
                throw new RefusedException(Refusal.takenId(AccessTables.WORKSPACES.name()));
            }
            WorkspaceRow row =
                    new WorkspaceRow(id, context.nextNumber(), name, plan, false, NO_METADATA, null, context.now());
            Changes changes = new Changes().put(AccessTables.WORKSPACES, id.key(), row.row());
            return Decision.of(changes, Outcome.Done.created(row.json(), null, "/admin/v1/workspaces/" + id.text()));
        };
    }

    /** Shows a workspace. */
    public static Command.Query get(Id id) {
        return context -> Outcome.Done.ok(find(context, id).json());
    }

    /** Shows the caller's workspace. */
    public static Command.Query own() {
        return context -> Outcome.Done.ok(find(context, context.workspace()).json());
    }

    /**
     * Lists all workspaces.
     *
     * @param plan lists only those under this plan; null for all
     */
    public static Command.Query list(PageRequest request, @Nullable String plan) {
        return context -> Outcome.Done.ok(Lists.page(
                context.rows(),
                AccessTables.WORKSPACES,
                AccessTables.ALL_WORKSPACES,
                request,
                row -> plan == null || plan.equals(row.plan()) ? row.json() : null));
    }

    /** Changes the members that the operator may change. Null leaves a member as it is. */
    public static Command.Change update(
            Id id, @Nullable String name, @Nullable String plan, @Nullable Boolean suspended) {
        return context -> {
            WorkspaceRow old = find(context, id);
            return change(old, with(old, name, plan, suspended, null));
        };
    }

    /**
     * Changes the members that a workspace may change itself. Null leaves a member as it is.
     *
     * @param metadata makes the new metadata out of the old
     * @param sharesFrom the workspaces from which it accepts shares from now on
     */
    public static Command.Change updateOwn(
            @Nullable String name, Function<byte[], byte @Nullable []> metadata, @Nullable SharesFrom sharesFrom) {
        return context -> {
            WorkspaceRow old = find(context, context.workspace());
            WorkspaceRow row = sharesFrom == null ? old : old.takingSharesFrom(sharesFrom.owners());
            return change(old, with(row, name, null, null, metadata.apply(old.metadata())));
        };
    }

    /**
     * The workspaces from which a workspace accepts shares.
     *
     * @param owners the workspaces; null for all
     */
    public record SharesFrom(@Nullable List<Id> owners) {}

    /** Adds the deletion of a workspace to the changes. Refuses if there is no such workspace. */
    public static void remove(Context context, Id id, Changes changes) {
        changes.remove(AccessTables.WORKSPACES, find(context, id).id().key());
    }

    /** Returns true if a workspace is suspended now. */
    public static boolean isSuspended(Context context, Id id) {
        return find(context, id).suspended();
    }

    private static WorkspaceRow with(
            WorkspaceRow old,
            @Nullable String name,
            @Nullable String plan,
            @Nullable Boolean suspended,
            byte @Nullable [] metadata) {
        return old.with(
                name == null ? old.name() : name,
                plan == null ? old.plan() : plan,
                suspended == null ? old.suspended() : suspended,
                metadata == null ? old.metadata() : metadata);
    }

    private static Decision change(WorkspaceRow old, WorkspaceRow row) {
        byte[] json = row.json();
        Changes changes = new Changes();
        if (!Arrays.equals(json, old.json())) {
            changes.put(AccessTables.WORKSPACES, row.id().key(), row.row());
        }
        if (!row.plan().equals(old.plan())) {
            changes.event(new Changes.EventDraft(row.id(), "workspace.plan_changed", null, json));
        }
        return Decision.of(changes, Outcome.Done.ok(json));
    }

    static WorkspaceRow find(Context context, Id id) {
        return context.rows().require(AccessTables.WORKSPACES, id.key());
    }
}
