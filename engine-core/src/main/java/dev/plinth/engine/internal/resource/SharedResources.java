package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.list.Lists;
import org.jspecify.annotations.Nullable;

/**
 * The resources that others share with a workspace, in the order of their shares, newest first. A shared resource is
 * older than its share, so a filter's lower time ends the list at a share of this store. The upper time says nothing of
 * the shares and is checked on each row. Not thread-safe; for one page.
 */
final class SharedResources implements Lists.Items {
    private final Rows rows;
    private final SetKey set;
    private final ResourceFilter filter;
    /** The share of the last returned number. */
    private @Nullable ShareRow share;

    SharedResources(Rows rows, Id workspace, ResourceFilter filter) {
        this.rows = rows;
        this.set = SetKey.of(SetKinds.SHARES_TO_WORKSPACE, workspace);
        this.filter = filter;
    }

    @Override
    public long next(long edge) {
        long number = rows.floor(set, edge - 1);
        ShareRow next = rows.at(ResourceTables.SHARES, number);
        share = next;
        boolean isTooOld = next != null && next.createdAt() <= filter.createdAfter();
        // An imported share has the number of its import, but the time at which it was granted in the other store.
        return isTooOld && ImportedWorkspaces.endOfRange(rows, number) == Rows.NONE ? Rows.NONE : number;
    }

    @Override
    public byte @Nullable [] item(long number) {
        ShareRow shown = share;
        if (shown == null || DeletedWorkspaces.has(rows, shown.owner())) {
            return null;
        }
        ResourceRow row = rows.find(ResourceTables.RESOURCES, shown.owner().keyOf(shown.resource()));
        return row != null && filter.accepts(row) ? shown.view(row.json()) : null;
    }
}
