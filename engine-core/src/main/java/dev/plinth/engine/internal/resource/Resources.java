package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.Plan;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.timer.Estate;
import dev.plinth.engine.internal.timer.Portion;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The door of the room: the commands on resources. */
public final class Resources {
    private static final int CHILDREN_INCLUDED_MAX = 100;

    private Resources() {}

    /** The tables of the room. */
    public static List<TableName> tables() {
        return List.of(ResourceTables.RESOURCES, ResourceTables.CHILDREN, ResourceTables.SHARES);
    }

    /**
     * Resources with their children and shares, and what others shared with the workspace.
     *
     * @param end ends what the grantees have under way on the resources
     */
    public static Estate estate(ShareEnd end) {
        return (context, workspace, portion) -> collect(context, workspace, end, portion);
    }

    private static void collect(Context context, Id workspace, ShareEnd end, Portion portion) {
        Rows rows = context.rows();
        SetKey all = SetKey.of(SetKinds.RESOURCES_ALL, workspace);
        for (long next = rows.ceiling(all, 0); next != Rows.NONE; next = rows.ceiling(all, next + 1)) {
            byte[] row = rows.at(next);
            ResourceRow resource = row == null ? null : ResourceRow.read(row, false);
            if (row == null
                    || resource == null
                    || !portion.removeAll(rows, SetKey.of(SetKinds.CHILDREN, resource.id()), ResourceTables.CHILDREN)) {
                return;
            }
            if (!Shares.end(context, resource.id(), end, portion.changes())) {
                portion.close();
                return;
            }
            if (!portion.removeAll(rows, SetKey.of(SetKinds.SHARES_OF_RESOURCE, resource.id()), ResourceTables.SHARES)
                    || portion.isFull()) {
                return;
            }
            portion.remove(ResourceTables.RESOURCES, resource.key(), row.length);
        }
        boolean unused =
                portion.removeAll(rows, SetKey.of(SetKinds.SHARES_TO_WORKSPACE, workspace), ResourceTables.SHARES);
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
    public static Command.Query get(Id id, @Nullable String ifNoneMatch, boolean withChildren) {
        return context -> {
            Visible visible = Visible.find(context, id);
            ResourceRow row = visible.row();
            if (withChildren) {
                byte[] children = Children.firstOf(context.rows(), row.id(), CHILDREN_INCLUDED_MAX);
                return Outcome.Done.ok(JsonBytes.append(visible.json(), new JsonBytes().raw("children", children)));
            }
            String etag = visible.etag(row);
            if (Match.isUnchanged(ifNoneMatch, etag)) {
                return new Outcome.Done(304, new byte[0], etag, null, 0, false);
            }
            return Outcome.Done.ok(visible.json(), etag);
        };
    }

    /** Lists resources of the caller's workspace. */
    public static Command.Query list(PageRequest request, ResourceFilter filter) {
        return context -> {
            if (filter.shared()) {
                return Outcome.Done.ok(
                        Lists.page(new SharedResources(context.rows(), context.workspace(), filter), request));
            }
            SetKey set = filter.set(context.workspace());
            return Outcome.Done.ok(Lists.page(new ListedResources(context.rows(), set, filter), request));
        };
    }

    /** Applies a merge patch. */
    public static Command.Change patch(Id id, Content.Patch patch, Precondition ifMatch, ContentTypes types) {
        return context -> {
            Visible visible = Visible.find(context, id).editable();
            ResourceRow row = visible.row();
            visible.check(ifMatch);
            row.status().checkWritable();
            Content content = row.content().patched(patch);
            if (content == null) {
                return Decision.nothing(Outcome.Done.ok(visible.json(), visible.etag(row)));
            }
            types.checkPatched(row, content);
            return changed(context, visible, row.status(), content, "resource.updated");
        };
    }

    /** Moves a resource to another status. */
    private static Command.Change move(Id id, Status.Move move, Precondition ifMatch) {
        return context -> {
            Visible visible = Visible.find(context, id);
            boolean ownersMove = move == Status.Move.ARCHIVE || move == Status.Move.UNARCHIVE;
            ResourceRow row = (ownersMove ? visible.owned() : visible.editable()).row();
            visible.check(ifMatch);
            Status status = row.status().after(move);
            if (status == row.status()) {
                return Decision.nothing(Outcome.Done.ok(visible.json(), visible.etag(row)));
            }
            return changed(context, visible, status, row.content(), move.event());
        };
    }

    /** The move of a name: pause, resume, archive or unarchive. */
    public static Command.Change move(Id id, String move, Precondition ifMatch) {
        return move(id, Status.Move.valueOf(move.toUpperCase(Locale.ROOT)), ifMatch);
    }

    /**
     * Deletes an archived resource with its children and shares.
     *
     * @param end ends what the grantees have under way on it
     */
    public static Command.Change delete(Id id, Precondition ifMatch, ShareEnd end) {
        return context -> {
            Visible visible = Visible.find(context, id).owned();
            ResourceRow row = visible.row();
            visible.check(ifMatch);
            if (row.status() != Status.ARCHIVED) {
                throw Refused.of(
                        ProblemCode.INVALID_TRANSITION,
                        "Expected an archived resource, but it is "
                                + row.status().wireName() + "; archive it first.");
            }
            Changes changes = new Changes();
            byte[] body = deleted(row.id());
            Children.remove(context.rows(), row.id(), changes);
            Shares.remove(context, row.id(), end, changes);
            changes.remove(ResourceTables.RESOURCES, row.key());
            changes.event(new Changes.EventDraft(row.workspace(), "resource.deleted", row.id(), body));
            return Decision.of(changes, Outcome.Done.ok(body));
        };
    }

    /**
     * Checks that the caller may run an operation on a resource now.
     *
     * @return what the operation is shown of it
     */
    public static Operable operable(Context context, Id id, Precondition ifMatch) {
        Visible visible = Visible.find(context, id).editable();
        visible.check(ifMatch);
        visible.row().status().checkOperable();
        return new Operable(visible.row().workspace(), visible.json());
    }

    /** Checks that the caller sees a resource. */
    public static void checkVisible(Context context, Id id) {
        Visible unused = Visible.find(context, id);
    }

    /** {@code {"id","deleted":true}}. */
    public static byte[] deleted(Id id) {
        return new JsonBytes()
                .open()
                .member("id", id)
                .member("deleted", true)
                .close()
                .bytes();
    }

    /** Refuses if a workspace has as many resources as its plan allows. */
    private static void checkRoom(Context context) {
        int most = context.plan().resourcesMax();
        if (most == Plan.UNLIMITED) {
            return;
        }
        long there = context.rows().size(SetKey.of(SetKinds.RESOURCES_ALL, context.workspace()));
        if (there >= most) {
            throw Refused.of(
                    ProblemCode.PLAN_LIMIT_REACHED,
                    "Expected fewer than " + most + " resources, which is the limit of plan "
                            + context.plan().name() + ", but there are " + there
                            + "; delete archived ones or change the plan.");
        }
    }

    private static Decision changed(Context context, Visible visible, Status status, Content content, String event) {
        ResourceRow row = visible.row().next(status, content, context.now());
        byte[] json = row.json();
        Changes changes = new Changes().put(ResourceTables.RESOURCES, row.key(), row.row());
        changes.event(new Changes.EventDraft(row.workspace(), event, row.id(), json));
        return Decision.of(changes, Outcome.Done.ok(visible.view(json), visible.etag(row)));
    }

    /**
     * What an operation is shown.
     *
     * @param owner the workspace that owns the resource
     * @param json the resource as the caller sees it
     */
    public record Operable(Id owner, byte[] json) {}
}
