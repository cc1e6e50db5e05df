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
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The recently deleted workspaces. Each is kept until its last row is purged, and a day longer. Every room asks here:
 * rows and shares of such a workspace are hidden, and calls that were admitted before must not write for it. A workspace
 * that is being imported is here too, because its rows are hidden in the same way.
 */
public final class DeletedWorkspaces {
    /** The rows by workspace. */
    public static final TableName<DeletedWorkspace> TABLE = TableName.of(
            22,
            "deleted workspaces",
            Id.BYTES,
            40,
            0.01,
            TableName.Owner.ENGINE,
            new RowIndex<>(DeletedWorkspace::read, DeletedWorkspaces::tell));

    private static final SetKey ALL = SetKey.of(SetKinds.WORKSPACES_DELETED, 0);
    private static final SetKey WITH_ROWS = SetKey.of(SetKinds.WORKSPACES_DELETED, 1);
    private static final long KEPT_MILLIS =
            Duration.ofHours(Limits.IDEMPOTENCY_HOURS).toMillis();
    private static final int VERSION = 1;

    /** The number of a workspace that is being imported. It is in no set, because nothing of it is purged. */
    private static final long IMPORTED = 0;

    private DeletedWorkspaces() {}

    /** Returns true if a workspace was deleted recently, or if its import has not ended. */
    public static boolean has(Rows rows, Id workspace) {
        return rows.get(TABLE, workspace.key()) != null;
    }

    /** Returns true if a workspace was deleted and has rows left. */
    public static boolean hasRows(Rows rows, Id workspace) {
        DeletedWorkspace row = rows.find(TABLE, workspace.key());
        return row != null && row.number != IMPORTED && row.emptyAt == 0;
    }

    /** Adds to the changes that a workspace is hidden while it is being imported. */
    static void hide(Id workspace, Changes changes) {
        changes.put(TABLE, workspace.key(), new DeletedWorkspace(workspace, IMPORTED, 0).row());
    }

    /** Adds to the changes that a workspace is no longer hidden. */
    static void show(Id workspace, Changes changes) {
        changes.remove(TABLE, workspace.key());
    }

    public static void add(Context context, Id workspace, Changes changes) {
        changes.put(TABLE, workspace.key(), new DeletedWorkspace(workspace, context.nextNumber(), 0).row());
    }

    /** Returns the workspace that a write marks as deleted, or null. */
    public static @Nullable Id added(Changes.Write write) {
        return write.isIn(TABLE) && write.row() != null ? Id.read(IdKind.WORKSPACE, write.key(), 0) : null;
    }

    /** Visits the workspaces that a record marks as deleted. */
    public static void added(List<Changes.Write> writes, Consumer<Id> visitor) {
        for (int i = 0; i < writes.size(); i++) {
            Id deleted = added(writes.get(i));
            if (deleted != null) {
                visitor.accept(deleted);
            }
        }
    }

    /** Returns the first workspace that has rows left, or null. */
    public static @Nullable DeletedWorkspace firstWithRows(Rows rows) {
        return first(rows, WITH_ROWS);
    }

    /** Returns the workspace that was deleted first, or null if there is none. */
    public static @Nullable DeletedWorkspace first(Rows rows) {
        return first(rows, ALL);
    }

    /** Returns how many workspaces have rows left. */
    public static long withRows(Rows rows) {
        return rows.size(WITH_ROWS);
    }

    private static @Nullable DeletedWorkspace first(Rows rows, SetKey set) {
        return rows.at(TABLE, rows.ceiling(set, 0));
    }

    private static void tell(byte[] key, DeletedWorkspace row, RowSets sets) {
        if (row.number == IMPORTED) {
            return;
        }
        sets.place(row.number);
        sets.member(ALL, row.number);
        if (row.emptyAt == 0) {
            sets.member(WITH_ROWS, row.number);
        }
    }

    /**
     * A deleted workspace.
     *
     * @param number its place in commit order; 0 while it is being imported
     * @param emptyAt when its last row was purged, in epoch milliseconds; 0 before that
     */
    public record DeletedWorkspace(Id workspace, long number, long emptyAt) {
        static DeletedWorkspace read(byte[] row) {
            RowReader in = new RowReader(row, VERSION);
            return new DeletedWorkspace(in.id(IdKind.WORKSPACE), in.number(), in.number());
        }

        /** Returns this entry, purged at this time. */
        public DeletedWorkspace empty(long nowMillis) {
            return new DeletedWorkspace(workspace, number, nowMillis);
        }

        /** Returns when the entry itself may go, in epoch milliseconds. Only for a workspace without rows. */
        public long expiresAt() {
            return emptyAt + KEPT_MILLIS;
        }

        public byte[] row() {
            return new RowWriter(VERSION)
                    .id(workspace)
                    .number(number)
                    .number(emptyAt)
                    .row();
        }
    }
}
