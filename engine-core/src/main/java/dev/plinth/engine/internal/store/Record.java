package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Changes;
import java.util.List;

/**
 * One journal entry: the after-images of everything that one decision changed, closed in itself.
 *
 * @param cell the cell whose log this is; 0 on a single node
 * @param epoch the reign under which it was appended
 * @param sequence its place in the log: dense, starting at 1, never reused
 * @param timeMillis the time of the decision in epoch milliseconds; never before that of the record before
 * @param lastNumber the highest list number given out so far
 * @param writes the after-images in order
 */
public record Record(
        int cell, long epoch, long sequence, long timeMillis, long lastNumber, List<Changes.Write> writes) {}
