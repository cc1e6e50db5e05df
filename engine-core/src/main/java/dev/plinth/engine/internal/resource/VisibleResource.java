package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import org.jspecify.annotations.Nullable;

/**
 * A resource that the caller sees, with the share that shows it if another workspace owns it. The only way to a
 * resource. The refusal of an invisible resource has the same text as that of a missing one.
 */
record VisibleResource(ResourceRow row, @Nullable ShareRow share) {
    /** Returns the resource with an id, or refuses. */
    static VisibleResource find(Context context, Id id) {
        Rows rows = context.rows();
        ResourceRow own =
                rows.find(ResourceTables.RESOURCES, context.workspace().keyOf(id));
        if (own != null) {
            return new VisibleResource(own, null);
        }
        ShareRow share = rows.find(ResourceTables.SHARES, context.workspace().keyOf(id));
        if (share != null) {
            ResourceRow shared =
                    rows.find(ResourceTables.RESOURCES, share.owner().keyOf(id));
            if (shared != null && !DeletedWorkspaces.has(rows, share.owner())) {
                context.showsShared(id);
                return new VisibleResource(shared, share);
            }
        }
        throw new RefusedException(Refusal.notFound());
    }

    /** Refuses unless the caller's workspace owns it. */
    VisibleResource owned() {
        if (share != null) {
            throw RefusedException.of(
                    ProblemCode.FORBIDDEN,
                    "The resource is shared with this workspace, and only its owner may make this call. Ask the owner.");
        }
        return this;
    }

    /** Refuses unless the caller's workspace owns it or may edit it. */
    VisibleResource editable() {
        if (share != null && !share.editor()) {
            throw RefusedException.of(
                    ProblemCode.FORBIDDEN,
                    "The resource is shared with this workspace in the role reader, and the call needs the role editor. Ask the owner for it.");
        }
        return this;
    }

    /** Returns the tag of a version as the caller sees it. It has the role, which that version shows too. */
    String etag(ResourceRow version) {
        return share == null ? version.etag() : EntityTagMatch.tag(version.version(), share.role());
    }

    /** Refuses a change unless its precondition is met. */
    void check(Precondition condition) {
        if (condition.asksForVersion()) {
            condition.check(row.etag(), etag(row));
        }
    }

    /** Returns the tag of the form that the caller has, if a read need not show it again; else null. */
    @Nullable
    String unchanged(Precondition condition) {
        return condition.asksForVersion() ? condition.unchanged(row.etag(), etag(row)) : null;
    }

    /** Returns its JSON as the caller sees it. */
    byte[] json() {
        return view(row.json());
    }

    /** Returns another version of it as the caller sees it. */
    byte[] view(byte[] json) {
        return share == null ? json : share.view(json);
    }
}
