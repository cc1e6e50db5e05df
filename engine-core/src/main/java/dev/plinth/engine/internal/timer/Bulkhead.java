package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Id;
import java.util.HashMap;
import java.util.Map;

/**
 * How much each workspace may have under way, so that one that is slow, or has much, does not hold up the others: so much, and where most
 * places are taken, a few. Nothing of it is kept over a restart. Thread-safe.
 */
public final class Bulkhead {
    private final Map<Id, Integer> workspaces = new HashMap<>();
    private final int perWorkspace;
    private final int crowded;
    private final int perWorkspaceCrowded;
    private int underWay;

    /**
     * A bulkhead with nothing under way.
     *
     * @param perWorkspace how much a workspace may have
     * @param crowded how much of all is crowded
     * @param perWorkspaceCrowded how much a workspace may have then
     */
    public Bulkhead(int perWorkspace, int crowded, int perWorkspaceCrowded) {
        this.perWorkspace = perWorkspace;
        this.crowded = crowded;
        this.perWorkspaceCrowded = perWorkspaceCrowded;
    }

    /** True if something more of a workspace can begin. */
    public synchronized boolean isFree(Id workspace) {
        return workspaces.getOrDefault(workspace, 0) < (underWay < crowded ? perWorkspace : perWorkspaceCrowded);
    }

    /** Something begins. */
    public synchronized void take(Id workspace) {
        underWay++;
        workspaces.merge(workspace, 1, Integer::sum);
    }

    /** It has ended. */
    public synchronized void giveBack(Id workspace) {
        underWay--;
        workspaces.computeIfPresent(workspace, (id, of) -> of == 1 ? null : of - 1);
    }
}
