package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;

/** Ends the work of a workspace on another workspace's resource, when its right to work on the resource ends. */
@FunctionalInterface
public interface ShareRevocation {
    /**
     * Adds a limited number of rows. They end the work now, or let the rest end in the background while none of it
     * begins.
     */
    void end(Context context, Id resource, Id grantee, Changes changes);
}
