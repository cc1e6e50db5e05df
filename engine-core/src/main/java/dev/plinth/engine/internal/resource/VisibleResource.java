package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.DeletedWorkspaces;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.base.Rows;
import org.jspecify.annotations.Nullable;

/**
 * A resource that the caller sees, with the share that shows it where it is another workspace's. The only way to a resource:
 * what is not visible is refused in the very words used for what does not exist.
 */
record VisibleResource(ResourceRow row, @Nullable ShareRow share) {
    /** The resource of an id, or a refusal. */
    static VisibleResource find(Context context, Id id) {
        Rows rows = context.rows();
        byte[] own = rows.get(ResourceTables.RESOURCES, context.workspace().keyOf(id));
        if (own != null) {
            return new VisibleResource(ResourceRow.read(own, false), null);
        }
        byte[] shareRow = rows.get(ResourceTables.SHARES, context.workspace().keyOf(id));
        if (shareRow != null) {
            ShareRow share = ShareRow.read(shareRow);
            byte[] shared = rows.get(ResourceTables.RESOURCES, share.owner().keyOf(id));
            if (shared != null && !DeletedWorkspaces.has(rows, share.owner())) {
                context.showsShared(id);
                return new VisibleResource(ResourceRow.read(shared, false), share);
            }
        }
        throw new RefusedException(Refusal.notFound());
    }

    /** Refuses unless the caller's workspace owns it. */
    VisibleResource owned() {
        if (share != null) {
            throw RefusedException.of(
                    ProblemCode.FORBIDDEN,
                    "Expected the owner of the resource, but it is shared with this workspace only.");
        }
        return this;
    }

    /** Refuses unless the caller's workspace owns it or may edit it. */
    VisibleResource editable() {
        if (share != null && !share.editor()) {
            throw RefusedException.of(
                    ProblemCode.FORBIDDEN,
                    "Expected the role editor, but the resource is shared with the role reader.");
        }
        return this;
    }

    /** The tag of a version of it as the caller sees it: with the role, which that version shows too. */
    String etag(ResourceRow version) {
        return share == null ? version.etag() : EntityTagMatch.tag(version.version(), share.role());
    }

    /** Refuses unless a precondition fits it. */
    void check(Precondition ifMatch) {
        ifMatch.check(row.etag(), etag(row));
    }

    /** Its JSON as the caller sees it. */
    byte[] json() {
        return view(row.json());
    }

    /** Another version of it as the caller sees it. */
    byte[] view(byte[] json) {
        return share == null ? json : share.view(json);
    }
}
