package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;

/** Ends what a workspace has under way on another's resource, together with its right to work on that. */
@FunctionalInterface
public interface ShareRevocation {
    /** Adds a bounded number of rows: what ends now, or what lets the rest end in the background without any of it beginning meanwhile. */
    void end(Context context, Id resource, Id grantee, Changes changes);
}
