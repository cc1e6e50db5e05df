package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.NewRows;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks before a record is appended whether the tables have room for it: within the workspace's shares, and outside of
 * the reserves.
 *
 * <pre>
 *   part of a table     users
 *   up to 90 %          every workspace, within its share
 *   up to 95 %          a workspace that has no more than its fair part; and ends and deletions of every workspace
 *   up to 99 %          a workspace that has no more than a quarter of what is left; and ends and deletions within the fair part
 *   all                 the operator and the engine
 * </pre>
 *
 * <p>The fair part is the table divided by the workspaces that have rows in it and one more. A quarter of the rest is
 * there for the next workspace however many came before it. A fixed part would be gone after some of them. Tables on
 * the heap also have a common limit, half of the heap, with the same reserves.
 *
 * <p>Most records pass by a comparison of all their bytes with each limit. Their rows are examined only if that might
 * not fit.
 */
public final class CapacityCheck {
    /** Seconds after which to retry if only an operator's action helps: more room, or a restart. */
    public static final long RETRY_SECONDS = 60;

    private static final int FAIR_PERCENT = 95;
    private static final int LAST_PERCENT = 99;
    private static final int PERCENT = 100;
    private static final int NEXT_PART = 4;
    private static final String NO_SPACE =
            "The file system of the tables is full; nothing was changed. Free some space, and the engine goes on by"
                    + " itself.";

    private final TableFactory factory;
    private final Table[] byNumber;
    private final UsageCounter usageCounter;
    private final TableShares tableShares;
    private final LongSupplier heapBytes;
    private final long heapBytesMax;

    /**
     * Makes checks of these tables.
     *
     * @param heapBytes estimates the memory of all tables on the heap; tables elsewhere have no common limit
     */
    CapacityCheck(
            TableFactory factory,
            Table[] byNumber,
            UsageCounter usageCounter,
            TableShares tableShares,
            LongSupplier heapBytes) {
        this.factory = factory;
        this.byNumber = byNumber;
        this.usageCounter = usageCounter;
        this.tableShares = tableShares;
        this.heapBytes = heapBytes;
        this.heapBytesMax = factory.memoryMax();
    }

    /**
     * Returns why these writes do not fit together, or null if they fit.
     *
     * @param reserve how much of the reserves they may use
     * @param plans returns the plan of a workspace
     */
    @Nullable
    Refusal lacks(List<Changes.Write> writes, ReserveAccess reserve, Function<Id, Plan> plans) {
        long bytes = 0;
        int puts = 0;
        for (int i = 0; i < writes.size(); i++) {
            Changes.Write write = writes.get(i);
            byte[] row = write.row();
            if (row != null) {
                int longest = byNumber[write.table().number()].maxRowBytes();
                if (row.length > longest) {
                    return full("A row in the table of " + write.table().name() + " may have " + longest
                            + " bytes, and this one has " + row.length + "; nothing was changed. Send less.");
                }
                bytes += write.key().length + row.length;
                puts++;
            }
        }
        if (puts == 0) {
            return null;
        }
        if (!surelyFit(writes, puts, bytes, reserve, plans)) {
            Refusal refusal = exactly(writes, reserve, plans);
            if (refusal != null) {
                return refusal;
            }
        }
        return factory.hasSpace(bytes) ? null : full(NO_SPACE);
    }

    /** Returns why these rows of a workspace do not fit within its shares and outside of the reserves, or null. */
    @Nullable
    Refusal lacks(Id workspace, Plan plan, List<NewRows> rows) {
        List<Growth> growths = new ArrayList<>();
        Growth all = new Growth(null, null);
        for (NewRows each : rows) {
            Growth growth = growth(growths, each.table(), workspace);
            growth.rows += each.rows();
            growth.bytes += each.bytes();
            all.rows += each.rows();
            all.bytes += each.bytes();
        }
        for (Growth growth : growths) {
            Refusal refusal = growth.grows() ? check(growth, growths, ReserveAccess.ASKED, owner -> plan) : null;
            if (refusal != null) {
                return refusal;
            }
        }
        Refusal refusal = all.grows() ? checkMemory(all, growths, ReserveAccess.ASKED) : null;
        return refusal != null || factory.hasSpace(all.bytes) ? refusal : full(NO_SPACE);
    }

    private boolean surelyFit(
            List<Changes.Write> writes, int puts, long bytes, ReserveAccess reserve, Function<Id, Plan> plans) {
        if (!fits(heapBytes() + memory(puts, bytes), heapBytesMax, TableShares.OPEN_PERCENT)) {
            return false;
        }
        Id known = null;
        TableShare[] shares = {};
        WorkspaceUsage workspaceUsage = null;
        for (int i = 0; i < writes.size(); i++) {
            Changes.Write write = writes.get(i);
            byte[] row = write.row();
            if (row == null) {
                continue;
            }
            TableName<?> name = write.table();
            Table table = byNumber[name.number()];
            if (!fits(table.size() + puts, table.rowsMax(), TableShares.OPEN_PERCENT)
                    || !fits(table.bytes() + bytes, table.bytesMax(), TableShares.OPEN_PERCENT)) {
                return false;
            }
            Id owner = reserve == ReserveAccess.ASKED ? name.owner(write.key(), row, known) : null;
            if (owner != null) {
                if (!owner.equals(known)) { // mostly all rows are of one workspace
                    known = owner;
                    shares = tableShares.of(plans.apply(owner));
                    workspaceUsage = usageCounter.find(owner);
                }
                TableShare share = shares[name.number()];
                int column = usageCounter.column(name);
                if (rows(workspaceUsage, column) + puts > share.rows()
                        || bytes(workspaceUsage, column) + bytes > share.bytes()) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Checks what these writes add to each table for each workspace. Removed rows do not count as room for others here.
     */
    private @Nullable Refusal exactly(List<Changes.Write> writes, ReserveAccess reserve, Function<Id, Plan> plans) {
        List<Growth> growths = new ArrayList<>();
        for (int i = 0; i < writes.size(); i++) {
            Changes.Write write = writes.get(i);
            byte[] row = write.row();
            if (row != null) {
                growth(growths, write.table(), write.table().owner(write.key(), row, null))
                        .add(write.key(), byNumber[write.table().number()].get(write.key()), row);
            }
        }
        Growth all = new Growth(null, null);
        for (Growth growth : growths) {
            Refusal refusal = growth.grows() ? check(growth, growths, reserve, plans) : null;
            if (refusal != null) {
                return refusal;
            }
            all.rows += growth.rows;
            all.bytes += growth.bytes;
        }
        return all.grows() ? checkMemory(all, growths, reserve) : null;
    }

    private static Growth growth(List<Growth> growths, TableName<?> table, @Nullable Id owner) {
        for (Growth growth : growths) {
            if (growth.isOf(table, owner)) {
                return growth;
            }
        }
        Growth growth = new Growth(table, owner);
        growths.add(growth);
        return growth;
    }

    private @Nullable Refusal check(Growth growth, List<Growth> all, ReserveAccess reserve, Function<Id, Plan> plans) {
        TableName<?> name = growth.table;
        Id owner = growth.owner;
        if (name == null) {
            return null;
        }
        WorkspaceUsage workspaceUsage = owner == null ? null : usageCounter.find(owner);
        int column = usageCounter.column(name);
        if (owner != null && reserve == ReserveAccess.ASKED) {
            Plan plan = plans.apply(owner);
            TableShare share = tableShares.of(plan)[name.number()];
            if (growth.rows > 0 && rows(workspaceUsage, column) + growth.rows > share.rows()) {
                return beyond(name, plan, share.rows() + " rows");
            }
            if (growth.bytes > 0 && bytes(workspaceUsage, column) + growth.bytes > share.bytes()) {
                return beyond(name, plan, share.bytes() + " bytes");
            }
        }
        Table table = byNumber[name.number()];
        long rows = table.size();
        long bytes = table.bytes();
        for (Growth other : all) {
            if (other.table != null && other.table.number() == name.number()) {
                rows += Math.max(0, other.rows);
                bytes += Math.max(0, other.bytes);
            }
        }
        long holders = owner == null ? 0 : usageCounter.holders(column) + (rows(workspaceUsage, column) == 0 ? 1 : 0);
        Bound ofRows = new Bound(table.rowsMax(), rows, holders, rows(workspaceUsage, column) + growth.rows);
        Bound ofBytes = new Bound(table.bytesMax(), bytes, holders, bytes(workspaceUsage, column) + growth.bytes);
        Reserve rowsFrom = growth.rows > 0 ? ofRows.refuses(reserve) : Reserve.NONE;
        Reserve from = rowsFrom == Reserve.NONE && growth.bytes > 0 ? ofBytes.refuses(reserve) : rowsFrom;
        return from == Reserve.NONE ? null : from.refusal(tableIsFull(name, table));
    }

    private @Nullable Refusal checkMemory(Growth all, List<Growth> growths, ReserveAccess reserve) {
        long used = heapBytes() + memory(all.rows, all.bytes);
        for (Growth growth : growths) {
            Id owner = growth.owner;
            WorkspaceUsage workspaceUsage = owner == null ? null : usageCounter.find(owner);
            long holders =
                    owner == null ? 0 : usageCounter.holders(UsageCounter.ALL) + (workspaceUsage == null ? 1 : 0);
            long own = memory(
                    rows(workspaceUsage, UsageCounter.ALL) + growth.rows,
                    bytes(workspaceUsage, UsageCounter.ALL) + growth.bytes);
            Reserve from = growth.grows() ? new Bound(heapBytesMax, used, holders, own).refuses(reserve) : Reserve.NONE;
            if (from != Reserve.NONE) {
                return from.refusal("The tables take " + heapBytes() + " of the " + heapBytesMax
                        + " bytes of memory that they may take, half of -Xmx; nothing was changed. Ask the"
                        + " operator for a larger -Xmx or for tables off the heap (--tables off-heap), or delete"
                        + " rows.");
            }
        }
        return null;
    }

    /**
     * A limit of a table or of the heap.
     *
     * @param max the limit
     * @param used the use with the record
     * @param holders the workspaces that would have a part of it; 0 if no workspace has shares of it
     * @param own the use of one workspace with the record
     */
    private record Bound(long max, long used, long holders, long own) {
        /** Returns the reserve that the record must not use, or {@link Reserve#NONE} if the record may be appended. */
        Reserve refuses(ReserveAccess reserve) {
            if (fits(
                    used,
                    max,
                    reserve == ReserveAccess.OPERATOR || holders == 0 ? PERCENT : TableShares.OPEN_PERCENT)) {
                return Reserve.NONE;
            }
            if (reserve == ReserveAccess.OPERATOR || holders == 0 || !fits(used, max, LAST_PERCENT)) {
                return Reserve.ALL;
            }
            boolean fair = own <= max / (holders + 1);
            if (fits(used, max, FAIR_PERCENT)) {
                return fair || reserve == ReserveAccess.RECORDED ? Reserve.NONE : Reserve.OF_OTHERS;
            }
            boolean next = reserve == ReserveAccess.RECORDED ? fair : own <= (max - used) / NEXT_PART;
            return next ? Reserve.NONE : Reserve.OF_OTHERS;
        }
    }

    /** The reason why a record may not have the rest. */
    private enum Reserve {
        NONE,
        /** Nothing is left. */
        ALL,
        /** The rest is reserved for workspaces that have less. */
        OF_OTHERS;

        Refusal refusal(String full) {
            return this == ALL
                    ? full(full)
                    : Refusal.of(
                            ProblemCode.PLAN_LIMIT_REACHED,
                            "The remaining room is reserved for workspaces that have less. " + full);
        }
    }

    private long heapBytes() {
        return heapBytesMax == Long.MAX_VALUE ? 0 : heapBytes.getAsLong();
    }

    /** Returns about the memory of so many rows on the heap, including their keys and everything around them. */
    private static long memory(long rows, long bytes) {
        return ArenaTable.memoryBytes(rows, bytes);
    }

    private static boolean fits(long amount, long most, int percent) {
        return amount <= most / PERCENT * percent + most % PERCENT * percent / PERCENT;
    }

    private static long rows(@Nullable WorkspaceUsage workspaceUsage, int column) {
        return workspaceUsage == null ? 0 : workspaceUsage.rows(column);
    }

    private static long bytes(@Nullable WorkspaceUsage workspaceUsage, int column) {
        return workspaceUsage == null ? 0 : workspaceUsage.bytes(column);
    }

    private Refusal beyond(TableName<?> name, Plan plan, String share) {
        long days = tableShares.keptDays(name);
        String frees = days == 0
                ? "Delete some of them, or ask for a larger plan."
                : "They expire after " + days + (days == 1 ? " day" : " days") + ". Wait, or ask for a larger plan.";
        return Refusal.of(
                ProblemCode.PLAN_LIMIT_REACHED,
                "Plan " + plan.name() + " gives a workspace " + share + " of the table of " + name.name()
                        + ", and this call would take more; nothing was changed. " + frees);
    }

    private static String tableIsFull(TableName<?> name, Table table) {
        return "The table of " + name.name() + " has room for " + table.rowsMax() + " rows of usual length, and has "
                + table.size() + "; nothing was changed."
                + " Delete rows, wait until some expire, or ask the operator to raise max-resources.";
    }

    private static Refusal full(String detail) {
        return Refusal.of(ProblemCode.CAPACITY_EXHAUSTED, detail).retryAfter(RETRY_SECONDS);
    }

    /** The growth of one table for one workspace by a record. */
    private static final class Growth {
        private final @Nullable TableName<?> table;
        private final @Nullable Id owner;
        private long rows;
        private long bytes;

        Growth(@Nullable TableName<?> table, @Nullable Id owner) {
            this.table = table;
            this.owner = owner;
        }

        boolean isOf(TableName<?> other, @Nullable Id otherOwner) {
            return table != null
                    && table.number() == other.number()
                    && (owner == null ? otherOwner == null : owner.equals(otherOwner));
        }

        void add(byte[] key, byte @Nullable [] before, byte[] after) {
            rows += before == null ? 1 : 0;
            bytes += after.length + (before == null ? key.length : -before.length);
        }

        boolean grows() {
            return rows > 0 || bytes > 0;
        }
    }
}
