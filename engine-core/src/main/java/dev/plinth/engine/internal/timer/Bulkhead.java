package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Id;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the work in flight of each workspace, so that a slow or busy one does not hold up the others. While most
 * places are taken, each workspace may only have a few. Its counts are lost at a restart. Thread-safe.
 */
public final class Bulkhead {
    private final Map<Id, Integer> workspaces = new HashMap<>();
    private final int perWorkspace;
    private final int crowded;
    private final int perWorkspaceCrowded;
    private int underWay;

    /**
     * Makes a bulkhead with no work in flight.
     *
     * @param perWorkspace the most work of a workspace
     * @param crowded the work of all workspaces from which on the bulkhead is crowded
     * @param perWorkspaceCrowded the most work of a workspace while it is crowded
     */
    public Bulkhead(int perWorkspace, int crowded, int perWorkspaceCrowded) {
        this.perWorkspace = perWorkspace;
        this.crowded = crowded;
        this.perWorkspaceCrowded = perWorkspaceCrowded;
    }

    /** Returns true if more work of a workspace can begin. */
    public synchronized boolean isFree(Id workspace) {
        return workspaces.getOrDefault(workspace, 0) < (underWay < crowded ? perWorkspace : perWorkspaceCrowded);
    }

    /** Counts work that begins. */
    public synchronized void take(Id workspace) {
        underWay++;
        workspaces.merge(workspace, 1, Integer::sum);
    }

    /** Counts work that has ended. */
    public synchronized void giveBack(Id workspace) {
        underWay--;
        workspaces.computeIfPresent(workspace, (id, of) -> of == 1 ? null : of - 1);
    }
}
