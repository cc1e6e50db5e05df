package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.Role;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.timer.SweepBatch;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The commands on shares, which give another workspace a right to a resource and take it back. */
public final class Shares {
    /** The roles of a share. */
    public static final List<String> ROLES = Schema.words(Role.values());

    /** The members of a share. */
    public static final Entity ENTITY = Entity.named("Share")
            .with("id", Schema.id(IdKind.SHARE))
            .with("resourceId", Schema.id(IdKind.RESOURCE))
            .with("workspaceId", Schema.id(IdKind.WORKSPACE))
            .with("role", Schema.oneOf(ROLES))
            .with("createdAt", Schema.TIME);

    /** The members of a share that has ended, as its event shows it. */
    public static final Entity ENDED = ENTITY.renamed("EndedShare").with("deleted", Schema.TRUTH);

    private static final byte[] DELETED = "{\"deleted\":true}".getBytes(StandardCharsets.US_ASCII);

    private Shares() {}

    /**
     * Grants a role to a workspace, or changes its role.
     *
     * @param grantees tells whether a workspace accepts shares of another
     * @param end ends the work of an editor that becomes a reader
     */
    public static Command.Change grant(
            Id resource, Id grantee, boolean editor, Grantees grantees, ShareRevocation end) {
        return context -> {
            ResourceRow row = VisibleResource.find(context, resource).owned().row();
            if (grantee.equals(context.workspace()) || !grantees.take(context.rows(), context.workspace(), grantee)) {
                throw new RefusedException(notAGrantee());
            }
            StatusRules.checkWritable(row);
            ShareRow before = context.rows().find(ResourceTables.SHARES, grantee.keyOf(resource));
            if (before != null && before.editor() == editor) {
                return Decision.nothing(Outcome.Done.ok(before.json()));
            }
            Changes changes = new Changes();
            if (before != null && !editor) {
                end.end(context, resource, grantee, changes);
            }
            ShareRow share = before == null
                    ? new ShareRow(
                            row.workspace(),
                            context.newId(IdKind.SHARE),
                            resource,
                            grantee,
                            editor,
                            context.nextNumber(),
                            context.now())
                    : new ShareRow(
                            row.workspace(),
                            before.id(),
                            resource,
                            grantee,
                            editor,
                            before.number(),
                            before.createdAt());
            changes.put(ResourceTables.SHARES, share.key(), share.row());
            changes.event(new Changes.EventDraft(row.workspace(), "resource.shared", resource, share.json()));
            return Decision.of(
                    changes,
                    before == null ? Outcome.Done.created(share.json(), null, null) : Outcome.Done.ok(share.json()));
        };
    }

    /** Tells which workspaces may be granted a role. */
    @FunctionalInterface
    public interface Grantees {
        /**
         * Returns false if there is no such workspace, or if it accepts no shares of this owner. The owner gets the
         * same answer in both cases.
         */
        boolean take(Rows rows, Id owner, Id grantee);
    }

    public static Command.Query list(Id resource, PageRequest request) {
        return context -> {
            VisibleResource.find(context, resource).owned();
            SetKey set = SetKey.of(SetKinds.SHARES_OF_RESOURCE, resource);
            return Outcome.Done.ok(Lists.page(
                    context.rows(),
                    ResourceTables.SHARES,
                    set,
                    request,
                    share -> DeletedWorkspaces.has(context.rows(), share.grantee()) ? null : share.json()));
        };
    }

    /**
     * Takes a role back, or gives up a granted one, in one record. The grantee's work under it ends:
     * {@link ShareRevocation} limits how much of that is in the record.
     */
    public static Command.Change revoke(Id resource, Id grantee, ShareRevocation end) {
        return context -> {
            boolean leaves = grantee.equals(context.workspace());
            if (!leaves) {
                VisibleResource.find(context, resource).owned();
            }
            ShareRow share = context.rows().require(ResourceTables.SHARES, grantee.keyOf(resource));
            if (DeletedWorkspaces.has(context.rows(), grantee) || leaves && !isThere(context.rows(), share)) {
                throw new RefusedException(Refusal.notFound());
            }
            Changes changes = new Changes().within(ReserveAccess.RECORDED);
            end.end(context, resource, grantee, changes);
            changes.remove(ResourceTables.SHARES, share.key());
            changes.event(new Changes.EventDraft(share.owner(), "resource.unshared", resource, share.endedJson()));
            return Decision.of(changes, Outcome.Done.ok(DELETED));
        };
    }

    /**
     * Returns false once the resource, or the workspace that owns it, is deleted, and while that workspace is being
     * imported. The shares of what is deleted end in the background.
     */
    private static boolean isThere(Rows rows, ShareRow share) {
        return rows.get(ResourceTables.RESOURCES, share.owner().keyOf(share.resource())) != null
                && !DeletedWorkspaces.has(rows, share.owner());
    }

    /** Adds the end of all shares of a resource. */
    static void removeAll(Context context, Id resource, ShareRevocation end, Changes changes) {
        Rows rows = context.rows();
        SetKey set = SetKey.of(SetKinds.SHARES_OF_RESOURCE, resource);
        for (StoredRow<ShareRow> each : rows.in(ResourceTables.SHARES, set)) {
            end.end(context, resource, each.row().grantee(), changes);
            changes.remove(ResourceTables.SHARES, each.key());
        }
    }

    /** Puts the end of the shares of a resource into a batch; false if not all of them went into it. */
    static boolean collect(Context context, Id resource, ShareRevocation end, SweepBatch batch) {
        Rows rows = context.rows();
        SetKey set = SetKey.of(SetKinds.SHARES_OF_RESOURCE, resource);
        for (StoredRow<ShareRow> each : rows.in(ResourceTables.SHARES, set)) {
            if (batch.isFull()) {
                return false;
            }
            end.end(context, resource, each.row().grantee(), batch.changes());
            batch.remove(each);
        }
        return true;
    }

    /**
     * Returns the refusal of a grantee that is the caller, is unknown or accepts no shares of the caller. It is one of the
     * input, but the grantee may accept the share before the call is repeated. So no key remembers it.
     */
    public static Refusal notAGrantee() {
        String detail =
                "No other workspace with this id accepts shares from this one. Check the id, or ask that workspace to add this one to its sharesFrom.";
        return Refusal.ofParameter(ProblemCode.VALIDATION_FAILED, "workspaceId", "unknown_workspace", detail)
                .notRemembered();
    }
}
