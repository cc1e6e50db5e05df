package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredIds;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.timer.WorkspacePurge;
import dev.plinth.engine.settings.Plan;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The door of the room: the commands on resources. */
public final class Resources {
    private static final Entity FIRST_CHILDREN = Entity.named("FirstChildren")
            .with("data", Schema.list(Schema.of(Children.ENTITY)))
            .with("hasMore", Schema.TRUTH);

    /** The members of a resource. */
    public static final Entity ENTITY = Entity.named("Resource")
            .with("id", Schema.id(IdKind.RESOURCE))
            .with("type", Schema.TEXT)
            .with("name", Schema.TEXT)
            .with("status", Schema.oneOf(Schema.words(ResourceStatus.values())))
            .with("data", Schema.OBJECT)
            .with("metadata", Schema.texts())
            .withVersion()
            .with("createdAt", Schema.TIME)
            .with("updatedAt", Schema.TIME)
            .maybe("access", Schema.oneOf(List.of("shared")))
            .maybe("role", Schema.oneOf(Shares.ROLES))
            .maybe("ownerWorkspaceId", Schema.id(IdKind.WORKSPACE))
            .maybe("children", Schema.of(FIRST_CHILDREN));

    private static final int CHILDREN_INCLUDED_MAX = 100;

    private Resources() {}

    /** The tables of the room. */
    public static List<TableName<?>> tables() {
        return List.of(
                ResourceTables.RESOURCES,
                ResourceTables.CHILDREN,
                ResourceTables.SHARES,
                ResourceDeletions.BACKLOG.table());
    }

    /** Returns the tables whose rows move with a workspace: resources before what belongs to them. */
    public static List<TransferredTable> transferred() {
        return List.of(
                TransferredTable.numbered(
                                ResourceTables.RESOURCES,
                                ResourceRow::numberAt,
                                (key, row, ids) -> check(key, ResourceRow.read(row, false), ids))
                        .naming(IdKind.RESOURCE),
                TransferredTable.numbered(ResourceTables.CHILDREN, ResourceRow::numberAt, (key, row, ids) -> {
                    ResourceRow child = ResourceRow.read(row, true);
                    check(key, child, ids);
                    ids.belongsTo(child.resource());
                }),
                TransferredTable.numbered(
                        ResourceTables.SHARES, row -> ResourceTables.SHARE_NUMBER_AT, (key, row, ids) -> {
                            ShareRow share = ShareRow.read(row);
                            ids.key(share.key(), key);
                            ids.belongsTo(share.resource());
                        }),
                ResourceDeletions.BACKLOG.transferred(TransferredTable.Stage.NEVER, IdKind.RESOURCE));
    }

    private static void check(byte[] key, ResourceRow row, TransferredIds ids) {
        ids.workspace(row.workspace());
        ids.key(row.key(), key);
        ids.json(row.id(), row.json());
    }

    /** Returns true if a table has the resources themselves. */
    public static boolean isOfResources(TableName<?> table) {
        return table.number() == ResourceTables.RESOURCES.number();
    }

    /** Returns true if a table has shares, whose keys begin with the grantee. */
    public static boolean isOfShares(TableName<?> table) {
        return table.number() == ResourceTables.SHARES.number();
    }

    /**
     * Returns the rest of deletions that need more rows than one record may have, for the sweep.
     *
     * @param end ends the grantees' work on the resources
     * @param eventRowCount counts the rows that an event writes
     */
    public static SweepWork deletions(ShareRevocation end, EventRowCount eventRowCount) {
        return ResourceDeletions.sweepWork(end, eventRowCount);
    }

    /** Returns true if a write begins or continues work of the sweep. */
    public static boolean concerns(Changes.Write write) {
        return ResourceDeletions.BACKLOG.isContinuedBy(write);
    }

    /** Returns the resource whose deletion ends with a write, or null. */
    public static @Nullable Id topic(Changes.Write write) {
        return ResourceDeletions.BACKLOG.isEndedBy(write) ? Id.read(IdKind.RESOURCE, write.key(), Id.BYTES) : null;
    }

    /**
     * Returns the purge of a workspace's resources with their children and shares, and of shares from other workspaces.
     *
     * @param end ends the grantees' work on the resources
     */
    public static WorkspacePurge purge(ShareRevocation end) {
        return (context, workspace, batch) -> collect(context, workspace, end, batch);
    }

    private static void collect(Context context, Id workspace, ShareRevocation end, SweepBatch batch) {
        Rows rows = context.rows();
        for (StoredRow<ResourceRow> each : rows.in(ResourceTables.RESOURCES, ResourceTables.all(workspace))) {
            Id resource = each.row().id();
            if (!batch.removeAll(rows, SetKey.of(SetKinds.CHILDREN, resource), ResourceTables.CHILDREN)
                    || !Shares.collect(context, resource, end, batch)
                    || batch.isFull()) {
                return;
            }
            batch.remove(each);
        }
        boolean unused =
                batch.removeAll(rows, SetKey.of(SetKinds.SHARES_TO_WORKSPACE, workspace), ResourceTables.SHARES);
    }

    /** Creates a resource. */
    public static Command.Change create(Content content) {
        return context -> {
            checkRoom(context);
            Id id = context.newId(IdKind.RESOURCE);
            Id workspace = context.workspace();
            ResourceRow row = ResourceRow.create(id, workspace, null, context.nextNumber(), context.now(), content);
            byte[] json = row.json();
            Changes changes = new Changes().put(ResourceTables.RESOURCES, workspace.keyOf(id), row.row());
            changes.event(new Changes.EventDraft(workspace, "resource.created", id, json));
            return Decision.of(changes, Outcome.Done.created(json, row.etag(), id.text("/v1/resources/")));
        };
    }

    /** Shows a resource, with its first children if asked. */
    public static Command.Query get(Id id, Precondition condition, boolean withChildren) {
        return context -> {
            VisibleResource visible = VisibleResource.find(context, id);
            ResourceRow row = visible.row();
            String unchanged = visible.unchanged(condition);
            if (withChildren) {
                byte[] children = Children.firstOf(context.rows(), row.id(), CHILDREN_INCLUDED_MAX);
                return Outcome.Done.ok(JsonBytes.append(visible.json(), new JsonBytes().raw("children", children)));
            }
            return unchanged == null
                    ? Outcome.Done.ok(visible.json(), visible.etag(row))
                    : Outcome.Done.unchanged(unchanged);
        };
    }

    /** Lists resources of the caller's workspace. */
    public static Command.Query list(PageRequest request, ResourceFilter filter) {
        return context -> {
            if (filter.shared()) {
                return Outcome.Done.ok(
                        Lists.page(new SharedResources(context.rows(), context.workspace(), filter), request));
            }
            List<SetKey> sets = filter.sets(context.workspace());
            return Outcome.Done.ok(Lists.page(new ListedResources(context.rows(), sets, filter), request));
        };
    }

    /** Applies a merge patch. */
    public static Command.Change patch(Id id, Content.Patch patch, Precondition condition, ContentTypes types) {
        return context -> {
            VisibleResource visible = VisibleResource.find(context, id).editable();
            ResourceRow row = visible.row();
            visible.check(condition);
            StatusRules.checkWritable(row);
            Content content = row.content().patched(patch);
            if (content == null) {
                return Decision.nothing(Outcome.Done.ok(visible.json(), visible.etag(row)));
            }
            types.checkPatched(row, content);
            return changed(context, visible, row.status(), content, "resource.updated");
        };
    }

    /** Moves a resource to another status. */
    private static Command.Change move(Id id, StatusRules.Move move, Precondition condition) {
        return context -> {
            VisibleResource visible = VisibleResource.find(context, id);
            boolean ownersMove = move == StatusRules.Move.ARCHIVE || move == StatusRules.Move.UNARCHIVE;
            ResourceRow row = (ownersMove ? visible.owned() : visible.editable()).row();
            visible.check(condition);
            ResourceStatus status = StatusRules.after(row.status(), move);
            if (status == row.status()) {
                return Decision.nothing(Outcome.Done.ok(visible.json(), visible.etag(row)));
            }
            return changed(context, visible, status, row.content(), move.event());
        };
    }

    /** Moves a resource by the name of a move: pause, resume, archive or unarchive. */
    public static Command.Change move(Id id, String move, Precondition condition) {
        return move(id, StatusRules.Move.valueOf(move.toUpperCase(Locale.ROOT)), condition);
    }

    /**
     * Deletes an archived resource with its children and shares, in one record if it needs at most
     * {@link Limits#DECISION_ROWS_MAX} rows. For a larger one, the first record deletes and hides the resource, and
     * {@link #deletions} goes on with the rest. With at most {@link Limits#DELETION_AWAITED_CHILDREN_MAX} children the
     * answer waits for the end of that.
     *
     * @param end ends the grantees' work on the resource
     * @param eventRowCount counts the rows that an event writes
     */
    public static Command.DeferredChange delete(
            Id id, Precondition condition, ShareRevocation end, EventRowCount eventRowCount) {
        return new Command.DeferredChange() {
            @Override
            public Decision decide(Context context) {
                return Resources.delete(context, id, condition, end, eventRowCount);
            }

            @Override
            public Command.@Nullable Wait rest(Context context) {
                return ResourceDeletions.isAwaited(context.rows(), context.workspace(), id)
                        ? new Command.Wait(id, Limits.CARRIED_ON_SECONDS_MAX)
                        : null;
            }
        };
    }

    private static Decision delete(
            Context context, Id id, Precondition condition, ShareRevocation end, EventRowCount eventRowCount) {
        VisibleResource visible = VisibleResource.find(context, id).owned();
        ResourceRow row = visible.row();
        visible.check(condition);
        if (row.status() != ResourceStatus.ARCHIVED) {
            throw RefusedException.of(
                    ProblemCode.INVALID_TRANSITION,
                    "Only an archived resource can be deleted, and this one is "
                            + row.status().wireName() + ". Archive it first.");
        }
        Changes changes = new Changes().within(ReserveAccess.RECORDED).remove(ResourceTables.RESOURCES, row.key());
        if (ResourceDeletions.isLarge(context.rows(), row, eventRowCount)) {
            ResourceDeletions.begin(context, row, changes);
        } else {
            Shares.removeAll(context, row.id(), end, changes);
            Children.removeAll(context.rows(), row.id(), changes);
            changes.event(deleted(row.workspace(), row.id()));
        }
        return Decision.of(changes, Outcome.Done.ok(JsonBytes.deleted(row.id())));
    }

    /**
     * Checks that the caller may run an operation on a resource now.
     *
     * @return the resource as the operation sees it
     */
    public static Operable operable(Context context, Id id, Precondition condition) {
        VisibleResource visible = VisibleResource.find(context, id).editable();
        visible.check(condition);
        StatusRules.checkOperable(visible.row());
        return new Operable(visible.row().workspace(), visible.json());
    }

    /**
     * Checks that the caller may write to a resource now.
     *
     * @return the workspace that owns it
     */
    public static Id writable(Context context, Id id) {
        ResourceRow row = VisibleResource.find(context, id).editable().row();
        StatusRules.checkWritable(row);
        return row.workspace();
    }

    /** Returns the version of a resource that the caller sees, or 0 if there is none. */
    public static long version(Context context, Id id) {
        try {
            return VisibleResource.find(context, id).row().version();
        } catch (RefusedException refused) {
            return 0;
        }
    }

    /** Checks that the caller sees a resource. */
    public static void checkVisible(Context context, Id id) {
        VisibleResource unused = VisibleResource.find(context, id);
    }

    static Changes.EventDraft deleted(Id workspace, Id resource) {
        return new Changes.EventDraft(workspace, "resource.deleted", resource, JsonBytes.deleted(resource));
    }

    /** Returns how many resources a workspace has, archived ones included. */
    public static long count(Rows rows, Id workspace) {
        return rows.size(ResourceTables.all(workspace));
    }

    /** Refuses if a workspace has as many resources as its plan allows. */
    private static void checkRoom(Context context) {
        int most = context.plan().resourcesMax();
        if (most == Plan.UNLIMITED) {
            return;
        }
        long there = count(context.rows(), context.workspace());
        if (there >= most) {
            throw RefusedException.of(
                    ProblemCode.PLAN_LIMIT_REACHED,
                    "Plan " + context.plan().name() + " allows " + most + " resources, and there are " + there
                            + ". Delete archived ones, or ask for a larger plan.");
        }
    }

    private static Decision changed(
            Context context, VisibleResource visible, ResourceStatus status, Content content, String event) {
        ResourceRow row = visible.row().next(status, content, context.now());
        byte[] json = row.json();
        Changes changes = new Changes().put(ResourceTables.RESOURCES, row.key(), row.row());
        if (status == ResourceStatus.ARCHIVED) {
            changes.within(ReserveAccess.RECORDED); // only an archived resource can be deleted
        }
        changes.event(new Changes.EventDraft(row.workspace(), event, row.id(), json));
        return Decision.of(changes, Outcome.Done.ok(visible.view(json), visible.etag(row)));
    }

    /**
     * A resource as an operation sees it.
     *
     * @param owner the workspace that owns the resource
     * @param json the resource as the caller sees it
     */
    public record Operable(Id owner, byte[] json) {}
}
