package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.TableName;
import java.util.function.Function;

/** Removes all rows of a deleted workspace from a room. */
@FunctionalInterface
public interface WorkspacePurge {
    /**
     * Puts rows of a workspace into a batch until all of them are there or the batch is full. The caller tells the two
     * apart by {@link SweepBatch#isFull}.
     */
    void collect(Context context, Id workspace, SweepBatch batch);

    /** Returns the removal of the rows of a set of the workspace. */
    static WorkspacePurge of(TableName<?> table, Function<Id, SetKey> set) {
        return (context, workspace, batch) -> {
            boolean unused = batch.removeAll(context.rows(), set.apply(workspace), table);
        };
    }
}
