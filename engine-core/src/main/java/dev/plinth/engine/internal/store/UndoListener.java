package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Changes;
import java.util.List;

/** Learns of records that were undone. */
@FunctionalInterface
public interface UndoListener {
    /**
     * Tells that rows are as they were before. Must be quick and must not write.
     *
     * @param restored the writes that restored them, in order
     */
    void undone(List<Changes.Write> restored);
}
