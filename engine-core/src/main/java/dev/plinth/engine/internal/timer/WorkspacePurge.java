package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;

/** Removes all rows of a deleted workspace from a room. */
@FunctionalInterface
public interface WorkspacePurge {
    /**
     * Puts rows of a workspace into a batch until all of them are there or the batch is full. The caller tells the two
     * apart by {@link SweepBatch#isFull}.
     */
    void collect(Context context, Id workspace, SweepBatch batch);
}
