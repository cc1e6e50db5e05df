package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;

/**
 * The commands on children. A child has one parent for ever. A caller that may see or change the parent may see or
 * change the child.
 */
public final class Children {
    /** The members of a child. */
    public static final Entity ENTITY = Entity.named("Child")
            .with("id", Schema.id(IdKind.CHILD))
            .with("resourceId", Schema.id(IdKind.RESOURCE))
            .with("type", Schema.TEXT)
            .with("name", Schema.TEXT)
            .with("data", Schema.OBJECT)
            .with("metadata", Schema.texts())
            .withVersion()
            .with("createdAt", Schema.TIME)
            .with("updatedAt", Schema.TIME);

    /** The type of the event of a child's deletion. */
    static final String DELETED = "child.deleted";

    private Children() {}

    /** Creates a child of a resource. */
    public static Command.Change create(Id resource, Content content) {
        return context -> {
            ResourceRow parent =
                    VisibleResource.find(context, resource).editable().row();
            StatusRules.checkWritable(parent);
            ResourceRow row = ResourceRow.create(
                    context.newId(IdKind.CHILD),
                    parent.workspace(),
                    parent.id(),
                    context.nextNumber(),
                    context.now(),
                    content);
            Changes changes = new Changes().put(ResourceTables.CHILDREN, row.key(), row.row());
            byte[] json = row.json();
            changes.event(event(row, "child.created", json));
            String location = "/v1/resources/" + parent.id().text() + "/children/"
                    + row.id().text();
            return Decision.of(changes, Outcome.Done.created(json, row.etag(), location));
        };
    }

    /** Shows a child. */
    public static Command.Query get(Id resource, Id child, Precondition condition) {
        return context -> {
            ResourceRow row =
                    find(context, VisibleResource.find(context, resource).row(), child);
            String etag = row.etag();
            String unchanged = condition.unchanged(etag, etag);
            return unchanged == null ? Outcome.Done.ok(row.json(), etag) : Outcome.Done.unchanged(unchanged);
        };
    }

    /** Returns the version of a child that the caller sees, or 0 if there is none. */
    public static long version(Context context, Id resource, Id child) {
        try {
            ResourceRow parent = VisibleResource.find(context, resource).row();
            return find(context, parent, child).version();
        } catch (RefusedException refused) {
            return 0;
        }
    }

    public static Command.Query list(Id resource, PageRequest request) {
        return context -> {
            VisibleResource visible = VisibleResource.find(context, resource);
            return Outcome.Done.ok(page(context.rows(), visible.row().id(), request));
        };
    }

    /** Applies a merge patch to a child. */
    public static Command.Change patch(
            Id resource, Id child, Content.Patch patch, Precondition condition, ContentTypes types) {
        return context -> {
            VisibleResource parent = VisibleResource.find(context, resource);
            ResourceRow row = find(context, parent.row(), child);
            parent.editable();
            condition.check(row.etag(), row.etag());
            StatusRules.checkWritable(parent.row());
            Content content = row.content().patched(patch);
            if (content == null) {
                return Decision.nothing(Outcome.Done.ok(row.json(), row.etag()));
            }
            types.checkPatched(row, content);
            ResourceRow next = row.next(row.status(), content, context.now());
            Changes changes = new Changes().put(ResourceTables.CHILDREN, next.key(), next.row());
            changes.event(event(next, "child.updated", next.json()));
            return Decision.of(changes, Outcome.Done.ok(next.json(), next.etag()));
        };
    }

    /** Deletes a child. */
    public static Command.Change delete(Id resource, Id child, Precondition condition) {
        return context -> {
            VisibleResource parent = VisibleResource.find(context, resource);
            ResourceRow row = find(context, parent.row(), child);
            parent.editable();
            condition.check(row.etag(), row.etag());
            StatusRules.checkWritable(parent.row());
            Changes changes = new Changes().within(ReserveAccess.RECORDED);
            remove(row, changes);
            return Decision.of(changes, Outcome.Done.ok(JsonBytes.deleted(row.id())));
        };
    }

    /** Returns the first children of a resource as the member {@code children}, limited like a page. */
    static byte[] firstOf(Rows rows, Id resource, int limit) {
        JsonBytes json = JsonBytes.object().name("data").openArray();
        SetKey set = SetKey.of(SetKinds.CHILDREN, resource);
        long next = rows.floor(set, Long.MAX_VALUE);
        long bytes = 0;
        for (int i = 0; i < limit && next != Rows.NONE; i++) {
            ResourceRow row = rows.at(ResourceTables.CHILDREN, next);
            byte[] child = row == null ? new byte[0] : row.json();
            if (Lists.isBeyond(bytes, child)) {
                break;
            }
            if (row != null) {
                json.raw(child);
                bytes += child.length;
            }
            next = rows.floor(set, next - 1);
        }
        return json.closeArray().member("hasMore", next != Rows.NONE).end();
    }

    /** Adds the removal of all children of a resource, the oldest first. */
    static void removeAll(Rows rows, Id resource, Changes changes) {
        rows.in(ResourceTables.CHILDREN, SetKey.of(SetKinds.CHILDREN, resource))
                .forEach(child -> remove(child.row(), changes));
    }

    private static void remove(ResourceRow row, Changes changes) {
        changes.remove(ResourceTables.CHILDREN, row.key());
        changes.event(deleted(row));
    }

    /** Returns the event of a child's deletion. */
    static Changes.EventDraft deleted(ResourceRow row) {
        return event(row, DELETED, JsonBytes.deleted(row.id()));
    }

    private static byte[] page(Rows rows, Id resource, PageRequest request) {
        return Lists.page(
                rows, ResourceTables.CHILDREN, SetKey.of(SetKinds.CHILDREN, resource), request, ResourceRow::json);
    }

    private static ResourceRow find(Context context, ResourceRow parent, Id child) {
        ResourceRow row = context.rows()
                .require(ResourceTables.CHILDREN, parent.workspace().keyOf(child));
        if (!parent.id().equals(row.parent())) {
            throw new RefusedException(Refusal.notFound());
        }
        return row;
    }

    private static Changes.EventDraft event(ResourceRow row, String type, byte[] data) {
        return new Changes.EventDraft(row.workspace(), type, row.resource(), data);
    }
}
