package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.TableShare;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes the share of each table that a workspace may have under a plan. It is the plan's own setting, or else what
 * the plan's rate of calls fills before rows expire. The latter is between a quarter of the table and all of it except
 * the reserve.
 */
final class TableShares {
    /** The part of a table, in percent, that is not kept in reserve. */
    static final int OPEN_PERCENT = 90;

    private static final int FLOOR_PERCENT = 25;
    private static final int PERCENT = 100;
    private static final int UNTIL_DELETED_DAYS = 30;
    private static final long SECONDS_PER_DAY = 86_400;

    private final List<TableName<?>> names;
    private final Table[] byNumber;
    private final RetentionTimes retention;
    private final Map<String, Made> byPlan = new HashMap<>();

    /** The shares of a plan. A reload gives the name to another plan. */
    private record Made(Plan plan, TableShare[] shares) {}

    /**
     * Makes shares of these tables.
     *
     * @param byNumber the tables by their numbers
     * @param retention for how long rows are kept
     */
    TableShares(List<TableName<?>> names, Table[] byNumber, RetentionTimes retention) {
        this.names = names;
        this.retention = retention;
        this.byNumber = byNumber;
    }

    /** Returns the shares of a plan, by the number of the table. For the writer only. */
    @SuppressWarnings("ReferenceEquality") // asked by each write; an equal plan of a reload only makes the shares anew
    TableShare[] of(Plan plan) {
        Made known = byPlan.get(plan.name());
        if (known == null || known.plan != plan) {
            known = new Made(plan, make(plan));
            byPlan.put(plan.name(), known);
        }
        return known.shares;
    }

    /** Makes the shares of a plan anew, by the number of the table. Any thread may call it. */
    TableShare[] make(Plan plan) {
        TableShare[] shares = new TableShare[byNumber.length];
        for (TableName<?> name : names) {
            if (name.owner() != TableName.Owner.ENGINE) {
                TableShare said = plan.shares().get(name.name());
                shares[name.number()] = said != null ? said : fair(plan, name);
            }
        }
        return shares;
    }

    private TableShare fair(Plan plan, TableName<?> name) {
        Table table = byNumber[name.number()];
        double most = OPEN_PERCENT / (double) PERCENT;
        double least = FLOOR_PERCENT / (double) PERCENT;
        double needed = need(plan, name) / (double) table.rowsMax();
        double part = Math.max(least, Math.min(most, needed));
        return new TableShare((long) (part * table.rowsMax()), (long) (part * table.bytesMax()));
    }

    /** Returns the days after which a row that a call has made expires; 0 if it stays until it is deleted. */
    long keptDays(TableName<?> name) {
        return name.keptDays(retention);
    }

    /** Returns how many rows a workspace has that makes one with every call, at the limit of its plan. */
    private long need(Plan plan, TableName<?> name) {
        long days = keptDays(name) == 0 ? UNTIL_DELETED_DAYS : keptDays(name);
        return (long) Math.ceil(days
                * SECONDS_PER_DAY
                * (double) plan.requests()
                / plan.window().toSeconds());
    }

    /**
     * Returns the table that a plan outgrows the most if a workspace at its limit makes a row with every call, or null.
     */
    StoreFigures.@Nullable Outgrown outgrownBy(Plan plan) {
        StoreFigures.Outgrown most = null;
        TableShare[] all = make(plan);
        for (TableName<?> name : names) {
            Table table = byNumber[name.number()];
            TableShare share = all[name.number()];
            if (share != null && keptDays(name) > 0) {
                long rows = Math.min(share.rows(), table.rowsMax() / PERCENT * OPEN_PERCENT);
                StoreFigures.Outgrown outgrown = new StoreFigures.Outgrown(name.name(), need(plan, name), rows);
                if (outgrown.times() > (most == null ? 1 : most.times())) {
                    most = outgrown;
                }
            }
        }
        return most;
    }
}
