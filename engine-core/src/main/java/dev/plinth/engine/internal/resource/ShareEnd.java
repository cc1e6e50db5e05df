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
     * @param writesMax how many writes the changes may have before it adds another one
     * @return false if not all of it went into these changes
     */
    boolean end(Context context, Id resource, Id grantee, Changes changes, int writesMax);
}
