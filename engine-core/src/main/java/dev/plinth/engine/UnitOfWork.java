package dev.plinth.engine;

import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Resource;
import java.util.Optional;

/**
 * A run of a unit of work, with the objects that it reads and the changes that it records. They happen only if no object
 * that it has read has changed. Used by the thread that runs it.
 */
public interface UnitOfWork {
    /** Returns the workspace, {@code ws_…}. */
    String workspaceId();

    /**
     * Reads a resource of the workspace, or one that is shared with it. Reading it again gives the same. Its version,
     * or that there is none, becomes a condition of the effects. Recorded effects are not shown.
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

    /** Returns what records the changes of the unit. */
    Effects effects();
}
