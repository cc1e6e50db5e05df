package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.settings.TableShare;
import java.util.List;

/** The figures of a store, for metrics and the operator. */
public final class StoreFigures {
    private StoreFigures() {}

    /**
     * Figures of one table.
     *
     * @param name the table
     * @param rows how many rows it has
     * @param bytes bytes of its keys and rows
     * @param capacityRows rows that it is laid out for; 0 if nothing is laid out
     */
    public record TableFigures(String name, long rows, long bytes, long capacityRows) {}

    /**
     * The use of a table, with the workspaces that have the most of it.
     *
     * @param table its rows and bytes
     * @param bytesMax the most bytes of keys and rows
     * @param largest the workspaces with the most rows, the largest first
     */
    public record TableUse(TableFigures table, long bytesMax, List<Holder> largest) {}

    /**
     * A table that holds less than a workspace makes.
     *
     * @param needed the rows that a workspace makes at the limit of its plan before they expire
     * @param rows the rows that it may have
     */
    public record Outgrown(String table, long needed, long rows) {
        /** Returns how many times as large the table would have to be, rounded up. */
        public long times() {
            long room = Math.max(1, rows);
            return (needed + room - 1) / room;
        }
    }

    /**
     * Tells what a workspace has of a table.
     *
     * @param table the name of the table
     * @param rows its rows
     * @param bytes bytes of their keys and rows
     * @param share the most that the workspace may have
     */
    public record ShareUse(String table, long rows, long bytes, TableShare share) {}

    /**
     * A workspace that has rows in a table.
     *
     * @param workspace the workspace, which may be deleted
     * @param rows its rows
     * @param bytes bytes of their keys and rows
     */
    public record Holder(Id workspace, long rows, long bytes) {}

    /**
     * Figures of the writer lock since the store was opened.
     *
     * @param holds how often it was held
     * @param nanos how long in all, in real nanoseconds
     * @param longestNanos how long at most at once, in real nanoseconds
     * @param readsInside reads that took it because the writer was quicker at each try beside it
     */
    public record WriterFigures(long holds, long nanos, long longestNanos, long readsInside) {}

    /**
     * Figures of the journal and its snapshots.
     *
     * @param appended sequence of the last record
     * @param durable sequence of the last durable record of which all listeners have heard
     * @param segments files of the journal; 0 without a directory
     * @param snapshotSequence the last record in the newest snapshot; 0 if there is none
     * @param snapshotMillis time of the newest snapshot of this reign, in epoch milliseconds; 0 if it has made none
     * @param recoveryNanos how long reading the directory took, in real nanoseconds
     * @param recordsBehindLimit records in the read files that do not count, because a later opening did not read them
     */
    public record JournalFigures(
            long appended,
            long durable,
            int segments,
            long snapshotSequence,
            long snapshotMillis,
            long recoveryNanos,
            long recordsBehindLimit) {}
}
