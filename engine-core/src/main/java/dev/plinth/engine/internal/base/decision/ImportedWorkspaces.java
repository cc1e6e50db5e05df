package dev.plinth.engine.internal.base.decision;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.TableName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The workspaces that came from another store, and those that are being imported. Each has a row from the first record
 * of its import until its purge. The row reserves a range of list numbers, which nothing else uses.
 *
 * <p>While an import goes on, its workspace has no row of its own, so that no caller is admitted and no work begins.
 * Timers and retentions pass over its numbers by {@link HiddenNumbers}.
 */
public final class ImportedWorkspaces {
    /** The rows by workspace. */
    public static final TableName<ImportedWorkspace> TABLE = TableName.of(
            32,
            "imported workspaces",
            Id.BYTES,
            56,
            0.01,
            TableName.Owner.ENGINE,
            new RowIndex<>(ImportedWorkspace::read, ImportedWorkspaces::tell));

    private static final SetKey ALL = SetKey.of(SetKinds.WORKSPACES_IMPORTED, 0);
    private static final SetKey UNFINISHED = SetKey.of(SetKinds.WORKSPACES_IMPORTED, 1);
    private static final long IDLE_MILLIS =
            Duration.ofMinutes(Limits.IMPORT_IDLE_MINUTES).toMillis();
    private static final int VERSION = 1;

    private ImportedWorkspaces() {}

    /** Returns the import of a workspace, or null if it was not imported. */
    public static @Nullable ImportedWorkspace find(Rows rows, Id workspace) {
        return rows.find(TABLE, workspace.key());
    }

    /** Returns the imports that have not ended. */
    public static List<ImportedWorkspace> unfinished(Rows rows) {
        long next = rows.ceiling(UNFINISHED, 0);
        if (next == Rows.NONE) {
            return List.of();
        }
        List<ImportedWorkspace> unfinished = new ArrayList<>();
        for (; next != Rows.NONE; next = rows.ceiling(UNFINISHED, next + 1)) {
            ImportedWorkspace found = rows.at(TABLE, next);
            if (found != null) {
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

    /**
     * Adds to the changes that a workspace is being imported from now on, and hidden.
     *
     * @param first the number of its row, after which so many are reserved
     */
    public static void begin(Context context, Id workspace, long first, long count, Changes changes) {
        ImportedWorkspace begun = new ImportedWorkspace(workspace, first, count, false, context.now());
        changes.put(TABLE, workspace.key(), begun.row());
        DeletedWorkspaces.hide(workspace, changes);
    }

    /** Adds to the changes that an import goes on, so that it is not ended from outside. */
    public static void resume(Context context, ImportedWorkspace begun, Changes changes) {
        ImportedWorkspace now =
                new ImportedWorkspace(begun.workspace, begun.first, begun.count, begun.complete, context.now());
        changes.put(TABLE, begun.workspace.key(), now.row());
    }

    /** Adds to the changes that an import is complete, and its workspace no longer hidden. */
    public static void complete(ImportedWorkspace begun, Changes changes) {
        changes.put(TABLE, begun.workspace.key(), begun.ended().row());
        DeletedWorkspaces.show(begun.workspace, changes);
    }

    /** Adds to the changes that an import is given up: its workspace is deleted, and its rows are purged. */
    public static void abandon(Context context, ImportedWorkspace begun, Changes changes) {
        changes.put(TABLE, begun.workspace.key(), begun.ended().row());
        DeletedWorkspaces.add(context, begun.workspace, changes);
    }

    private static void tell(byte[] key, ImportedWorkspace row, RowSets sets) {
        sets.place(row.first);
        sets.member(ALL, row.first);
        if (!row.complete) {
            sets.member(UNFINISHED, row.first);
        }
    }

    /**
     * An imported workspace.
     *
     * @param first the number of this row, after which those of the workspace's rows come
     * @param count how many numbers are reserved after it
     * @param complete true once the workspace is visible, or was given up
     * @param steppedAt when its last step was made, in epoch milliseconds
     */
    public record ImportedWorkspace(Id workspace, long first, long count, boolean complete, long steppedAt) {
        static ImportedWorkspace read(byte[] row) {
            RowReader in = new RowReader(row, VERSION);
            return new ImportedWorkspace(
                    in.id(IdKind.WORKSPACE), in.number(), in.number(), in.small() == 1, in.number());
        }

        /** Returns the last reserved number. */
        public long last() {
            return first + count;
        }

        /** Returns from when on its caller counts as gone, in epoch milliseconds. Only for an unfinished import. */
        public long idleAt() {
            return steppedAt + IDLE_MILLIS;
        }

        private ImportedWorkspace ended() {
            return new ImportedWorkspace(workspace, first, count, true, steppedAt);
        }

        private byte[] row() {
            return new RowWriter(VERSION)
                    .id(workspace)
                    .number(first)
                    .number(count)
                    .small(complete ? 1 : 0)
                    .number(steppedAt)
                    .row();
        }
    }
}
