package dev.plinth.engine.handler;

import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Resource;
import java.util.Optional;

/**
 * A run of a unit of work, with the objects that it reads and the changes that it records. The changes happen only if
 * every object that it has read is unchanged. Used by the thread that runs it.
 */
public interface UnitOfWork {
    /** Returns the workspace, {@code ws_…}. */
    String workspaceId();

    /**
     * Reads a resource of the workspace, or one that is shared with it. Reading it again gives the same. The effects are
     * committed only if the resource still has this version, or is still absent. Recorded effects are not shown.
     *
     * @throws IllegalStateException if the unit has read 100 objects already
     */
    Optional<Resource> resource(String resourceId);

    /**
     * Reads a child of a resource, as {@link #resource} does.
     *
     * @throws IllegalStateException if the unit has read 100 objects already
     */
    Optional<Child> child(String resourceId, String childId);

    /** Returns the effects of the unit, to record its changes. */
    Effects effects();
}
