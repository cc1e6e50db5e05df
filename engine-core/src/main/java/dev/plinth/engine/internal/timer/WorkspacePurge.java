package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;

/** What a room keeps of a workspace, all of which goes when the workspace is deleted. */
@FunctionalInterface
public interface WorkspacePurge {
    /** Puts rows of a workspace into a batch, until all of them are there or the batch is full, which tells the two apart. */
    void collect(Context context, Id workspace, SweepBatch batch);
}
