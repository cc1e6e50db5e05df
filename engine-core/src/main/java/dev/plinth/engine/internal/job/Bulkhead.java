package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Id;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the work in flight of each workspace, so that a slow or busy one does not hold up the others. While four fifths
 * of the places are taken, a workspace may only have a twentieth of them. Its counts are lost at a restart. Thread-safe.
 */
final class Bulkhead {
    private static final int CROWDED_PERCENT = 80;
    private static final int CROWDED_PARTS = 20;
    private static final int PERCENT = 100;

    private final Map<Id, Integer> workspaces = new HashMap<>();
    private int places;
    private int inFlight;

    /** Makes a bulkhead with no work in flight. */
    Bulkhead(int places) {
        this.places = places;
    }

    /** Sets the places from now on. Work in flight keeps its own. */
    synchronized void resize(int number) {
        places = number;
    }

    /**
     * Returns true if more work of a workspace can begin.
     *
     * @param most the most work that the workspace may have, however many places are free
     */
    synchronized boolean isFree(Id workspace, int most) {
        boolean isCrowded = inFlight >= (long) places * CROWDED_PERCENT / PERCENT;
        int fair = isCrowded ? Math.max(1, places / CROWDED_PARTS) : places;
        return workspaces.getOrDefault(workspace, 0) < Math.min(fair, most);
    }

    /** Counts work that begins. */
    synchronized void take(Id workspace) {
        inFlight++;
        workspaces.merge(workspace, 1, Integer::sum);
    }

    /** Counts work that has ended. */
    synchronized void giveBack(Id workspace) {
        inFlight--;
        workspaces.computeIfPresent(workspace, (id, of) -> of == 1 ? null : of - 1);
    }
}
