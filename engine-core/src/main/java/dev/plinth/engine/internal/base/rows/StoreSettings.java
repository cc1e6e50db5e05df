package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.Tables;
import java.util.List;

/**
 * The layout of a store.
 *
 * @param kind the memory of the rows
 * @param tables all tables of all rooms
 * @param maxResources how many resources to lay the tables out for
 * @param retention for how long rows are kept
 */
public record StoreSettings(Tables kind, List<TableName<?>> tables, long maxResources, RetentionTimes retention) {
    /** Makes the layout of a store whose rows are kept for the usual times. */
    public StoreSettings(Tables kind, List<TableName<?>> tables, long maxResources) {
        this(kind, tables, maxResources, RetentionTimes.DEFAULT);
    }
}
