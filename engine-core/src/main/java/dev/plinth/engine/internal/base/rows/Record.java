package dev.plinth.engine.internal.base.rows;

import java.util.List;

/**
 * A journal entry: the after-images of everything that one decision changed, closed in itself.
 *
 * @param cell the cell of this log; 0 on a single node
 * @param epoch the reign under which it was appended
 * @param sequence its position in the log: dense, starting at 1, never reused
 * @param timeMillis the time of the decision in epoch milliseconds; never before that of the previous record
 * @param lastNumber the highest list number given out so far
 * @param writes the after-images in order
 * @param emptiesAll true if the writes remove all rows; the journal records that without naming them
 */
public record Record(
        int cell,
        long epoch,
        long sequence,
        long timeMillis,
        long lastNumber,
        List<Changes.Write> writes,
        boolean emptiesAll) {
    /** Makes a record of these writes. */
    public Record(int cell, long epoch, long sequence, long timeMillis, long lastNumber, List<Changes.Write> writes) {
        this(cell, epoch, sequence, timeMillis, lastNumber, writes, false);
    }
}
