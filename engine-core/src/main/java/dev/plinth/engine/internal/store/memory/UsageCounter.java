package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.base.rows.TableName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the rows of each workspace in each table. The counts follow from the rows as they are put and removed. So no
 * record has them, and an undo restores them like the rows. A workspace has a column for each table with owners, and
 * one for all of them.
 *
 * <p>There is one writer; {@link #largest} may be called beside it.
 */
final class UsageCounter {
    private static final int NONE = -1;

    private final int[] columns = new int[128];
    private final int count;
    private final long[] holders;
    private final ConcurrentHashMap<Id, WorkspaceUsage> byWorkspace = new ConcurrentHashMap<>();
    private @Nullable WorkspaceUsage last;

    UsageCounter(List<TableName<?>> names) {
        Arrays.fill(columns, NONE);
        int next = 1;
        for (TableName<?> name : names) {
            if (name.owner() != TableName.Owner.ENGINE) {
                columns[name.number()] = next++;
            }
        }
        count = next;
        holders = new long[count];
    }

    /** The column that counts the rows of all tables. */
    static final int ALL = 0;

    /** Returns the column of a table, or less than 0 if the table is the engine's own. */
    int column(TableName<?> table) {
        return columns[table.number()];
    }

    /** Returns how many workspaces have rows in a column. */
    long holders(int column) {
        return holders[column];
    }

    /** Returns the use of a workspace, or null if it has no rows. */
    @Nullable
    WorkspaceUsage find(Id workspace) {
        WorkspaceUsage known = last;
        if (known != null && known.isOf(workspace)) {
            return known;
        }
        WorkspaceUsage found = byWorkspace.get(workspace);
        last = found == null ? known : found;
        return found;
    }

    /** Returns the use of a workspace, or null if it has no rows. Any thread may call it. */
    @Nullable
    WorkspaceUsage read(Id workspace) {
        return byWorkspace.get(workspace);
    }

    /** Returns the use of a row's workspace, made if it has no rows. Returns null if the table is the engine's own. */
    @Nullable
    WorkspaceUsage of(TableName<?> table, byte[] key, byte[] row) {
        Id workspace = table.owner(key, row, last == null ? null : last.workspace());
        if (workspace == null) {
            return null;
        }
        WorkspaceUsage found = find(workspace);
        if (found == null) {
            found = new WorkspaceUsage(workspace, count);
            byWorkspace.put(workspace, found);
            last = found;
        }
        return found;
    }

    /** Counts a row that replaces another one of the same workspace, or none. Needs no memory. */
    void changed(
            WorkspaceUsage workspaceUsage,
            TableName<?> table,
            byte[] key,
            byte @Nullable [] before,
            byte @Nullable [] after) {
        int bytesBefore = before == null ? 0 : key.length + before.length;
        int bytesAfter = after == null ? 0 : key.length + after.length;
        int more = (after == null ? 0 : 1) - (before == null ? 0 : 1);
        add(workspaceUsage, columns[table.number()], more, bytesAfter - bytesBefore);
        add(workspaceUsage, ALL, more, bytesAfter - bytesBefore);
        if (workspaceUsage.rows(ALL) == 0) {
            byWorkspace.remove(workspaceUsage.workspace());
            last = null;
        }
    }

    private void add(WorkspaceUsage workspaceUsage, int column, long rows, long bytes) {
        long before = workspaceUsage.rows(column);
        workspaceUsage.add(column, rows, bytes);
        long after = workspaceUsage.rows(column);
        if (before == 0 && after > 0) {
            holders[column]++;
        } else if (before > 0 && after == 0) {
            holders[column]--;
        }
    }

    /** Returns at most so many workspaces with the most rows in a table, the largest first. */
    List<StoreFigures.Holder> largest(TableName<?> table, int most) {
        int column = column(table);
        Comparator<StoreFigures.Holder> byRows = Comparator.comparingLong(StoreFigures.Holder::rows);
        PriorityQueue<StoreFigures.Holder> queue = new PriorityQueue<>(most + 1, byRows);
        for (WorkspaceUsage workspaceUsage : byWorkspace.values()) {
            long rows = workspaceUsage.rows(column);
            if (rows > 0 && (queue.size() < most || rows > queue.element().rows())) {
                queue.add(new StoreFigures.Holder(workspaceUsage.workspace(), rows, workspaceUsage.bytes(column)));
                if (queue.size() > most) {
                    queue.poll();
                }
            }
        }
        List<StoreFigures.Holder> largest = new ArrayList<>(queue);
        largest.sort(byRows.reversed());
        return largest;
    }

    void clear() {
        byWorkspace.clear();
        Arrays.fill(holders, 0);
        last = null;
    }

    /** Visits the use of each workspace in each column. */
    void forEach(BiConsumer<Id, long[]> visitor) {
        byWorkspace.forEach((workspace, workspaceUsage) -> {
            if (workspaceUsage.rows(ALL) == 0) {
                return; // made for a row that then did not come
            }
            long[] amounts = new long[2 * count];
            for (int i = 0; i < count; i++) {
                amounts[2 * i] = workspaceUsage.rows(i);
                amounts[2 * i + 1] = workspaceUsage.bytes(i);
            }
            visitor.accept(workspace, amounts);
        });
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(byWorkspace.size());
        for (WorkspaceUsage workspaceUsage : byWorkspace.values()) {
            out.writeLong(workspaceUsage.workspace().high());
            out.writeLong(workspaceUsage.workspace().low());
            for (int i = 0; i < count; i++) {
                out.writeLong(workspaceUsage.rows(i));
                out.writeLong(workspaceUsage.bytes(i));
            }
        }
    }

    void restore(DataInput in) throws IOException {
        int workspaces = in.readInt();
        for (int i = 0; i < workspaces; i++) {
            Id workspace = new Id(IdKind.WORKSPACE, in.readLong(), in.readLong());
            WorkspaceUsage workspaceUsage = new WorkspaceUsage(workspace, count);
            for (int column = 0; column < count; column++) {
                add(workspaceUsage, column, in.readLong(), in.readLong());
            }
            byWorkspace.put(workspace, workspaceUsage);
        }
    }
}
