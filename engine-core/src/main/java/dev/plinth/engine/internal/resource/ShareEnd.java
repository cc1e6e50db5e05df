package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;

/** What has to end together with the right of a workspace to work on another's resource. */
@FunctionalInterface
public interface ShareEnd {
    /**
     * Adds what ends.
     *
     * @return false if not all of it went into these changes: then it is asked again in a further step, and the right lasts
     *     until the last one
     */
    boolean end(Context context, Id resource, Id grantee, Changes changes);
}
