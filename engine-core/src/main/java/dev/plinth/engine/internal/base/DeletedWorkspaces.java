package dev.plinth.engine.internal.base;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The workspaces that were deleted lately, each as long as rows of it may be left and a day beyond. All rooms know them: what
 * such a workspace had, or shared, is not seen any more, and calls that were let in before may not write for it.
 */
public final class DeletedWorkspaces {
    /** By workspace. */
    public static final TableName TABLE = new TableName(
            22, "deleted workspaces", Id.BYTES, 40, 0.01, TableName.Owner.ENGINE, DeletedWorkspaces::index);

    private static final SetKey ALL = SetKey.of(SetKinds.WORKSPACES_DELETED, 0);
    private static final SetKey WITH_ROWS = SetKey.of(SetKinds.WORKSPACES_DELETED, 1);
    private static final long KEPT_MILLIS =
            Duration.ofHours(Limits.IDEMPOTENCY_HOURS).toMillis();
    private static final int VERSION = 1;

    private DeletedWorkspaces() {}

    /** True if a workspace was deleted lately. */
    public static boolean has(Rows rows, Id workspace) {
        return rows.get(TABLE, workspace.key()) != null;
    }

    /** Adds that a workspace is deleted. */
    public static void add(Context context, Id workspace, Changes changes) {
        changes.put(TABLE, workspace.key(), new DeletedWorkspace(workspace, context.nextNumber(), 0).row());
    }

    /** The workspace that a write says is deleted; null if it says nothing of the kind. */
    public static @Nullable Id added(Changes.Write write) {
        return write.isIn(TABLE) && write.row() != null ? Id.read(IdKind.WORKSPACE, write.key(), 0) : null;
    }

    /** The first one that has rows left; null if none has. */
    public static @Nullable DeletedWorkspace firstWithRows(Rows rows) {
        return first(rows, WITH_ROWS);
    }

    /** The first one of all; null if there is none. They are in the order in which they were deleted. */
    public static @Nullable DeletedWorkspace first(Rows rows) {
        return first(rows, ALL);
    }

    /** How many have rows left. */
    public static long withRows(Rows rows) {
        return rows.size(WITH_ROWS);
    }

    private static @Nullable DeletedWorkspace first(Rows rows, SetKey set) {
        long number = rows.ceiling(set, 0);
        byte[] row = number == Rows.NONE ? null : rows.at(number);
        return row == null ? null : DeletedWorkspace.read(row);
    }

    private static void index(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        DeletedWorkspace old = before == null ? null : DeletedWorkspace.read(before);
        DeletedWorkspace deletedWorkspace = after == null ? null : DeletedWorkspace.read(after);
        if (old != null && deletedWorkspace == null) {
            sets.remove(ALL, old.number);
            sets.remove(WITH_ROWS, old.number);
            sets.unplace(old.number);
        } else if (deletedWorkspace != null) {
            sets.add(ALL, deletedWorkspace.number);
            if (deletedWorkspace.emptyAt == 0) {
                sets.add(WITH_ROWS, deletedWorkspace.number);
            } else {
                sets.remove(WITH_ROWS, deletedWorkspace.number);
            }
            sets.place(deletedWorkspace.number, TABLE, key);
        }
    }

    /**
     * One of them.
     *
     * @param number its place in commit order
     * @param emptyAt when its last row went, in epoch milliseconds; 0 before
     */
    public record DeletedWorkspace(Id workspace, long number, long emptyAt) {
        static DeletedWorkspace read(byte[] row) {
            RowReader in = new RowReader(row, VERSION);
            return new DeletedWorkspace(in.id(IdKind.WORKSPACE), in.number(), in.number());
        }

        /** The same once nothing of the workspace is left. */
        public DeletedWorkspace empty(long nowMillis) {
            return new DeletedWorkspace(workspace, number, nowMillis);
        }

        /** From when on it need not be known any more, in epoch milliseconds; only of one without rows. */
        public long expiresAt() {
            return emptyAt + KEPT_MILLIS;
        }

        /** Its row. */
        public byte[] row() {
            return new RowWriter(VERSION)
                    .id(workspace)
                    .number(number)
                    .number(emptyAt)
                    .row();
        }
    }
}
