package dev.plinth.engine.internal.base;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The workspaces that came from another store, and those that are being imported. Each has a row from the first record
 * of its import until its purge. The row reserves a range of list numbers, which nothing else uses.
 *
 * <p>While an import goes on, its workspace has no row of its own, so that no caller is admitted and no work begins.
 */
public final class ImportedWorkspaces {
    /** The rows by workspace. */
    public static final TableName<ImportedWorkspace> TABLE = TableName.of(
            32,
            "imported workspaces",
            Id.BYTES,
            48,
            0.01,
            TableName.Owner.ENGINE,
            new RowIndex<>(ImportedWorkspace::read, ImportedWorkspaces::tell));

    private static final SetKey ALL = SetKey.of(SetKinds.WORKSPACES_IMPORTED, 0);
    private static final int VERSION = 1;

    private ImportedWorkspaces() {}

    /** Returns the import of a workspace, or null if it was not imported. */
    public static @Nullable ImportedWorkspace find(Rows rows, Id workspace) {
        return rows.find(TABLE, workspace.key());
    }

    /** Returns true if the import of a workspace has begun and has not ended. */
    public static boolean isUnfinished(Rows rows, Id workspace) {
        ImportedWorkspace found = find(rows, workspace);
        return found != null && !found.complete;
    }

    /** Returns the imports that have not ended. */
    public static List<ImportedWorkspace> unfinished(Rows rows) {
        List<ImportedWorkspace> unfinished = new ArrayList<>();
        for (long next = rows.ceiling(ALL, 0); next != Rows.NONE; next = rows.ceiling(ALL, next + 1)) {
            ImportedWorkspace found = rows.at(TABLE, next);
            if (found != null && !found.complete) {
                unfinished.add(found);
            }
        }
        return unfinished;
    }

    /** Returns the last number of the range that has this number, or {@link Rows#NONE} if it is in none. */
    public static long endOfRange(Rows rows, long number) {
        ImportedWorkspace found = rows.at(TABLE, rows.floor(ALL, number));
        long last = found == null ? Rows.NONE : found.last();
        return number <= last ? last : Rows.NONE;
    }

    private static void tell(byte[] key, ImportedWorkspace row, RowSets sets) {
        sets.place(row.first);
        sets.member(ALL, row.first);
    }

    /**
     * An imported workspace.
     *
     * @param first the number of this row, after which those of the workspace's rows come
     * @param count how many numbers are reserved after it
     * @param complete true once the workspace is visible
     */
    public record ImportedWorkspace(Id workspace, long first, long count, boolean complete) {
        static ImportedWorkspace read(byte[] row) {
            RowReader in = new RowReader(row, VERSION);
            return new ImportedWorkspace(in.id(IdKind.WORKSPACE), in.number(), in.number(), in.small() == 1);
        }

        /** Returns the last reserved number. */
        public long last() {
            return first + count;
        }

        /** Returns the same, complete. */
        public ImportedWorkspace done() {
            return new ImportedWorkspace(workspace, first, count, true);
        }

        /** Returns its row. */
        public byte[] row() {
            return new RowWriter(VERSION)
                    .id(workspace)
                    .number(first)
                    .number(count)
                    .small(complete ? 1 : 0)
                    .row();
        }
    }
}
