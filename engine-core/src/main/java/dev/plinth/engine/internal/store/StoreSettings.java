package dev.plinth.engine.internal.store;

import dev.plinth.engine.api.Tables;
import dev.plinth.engine.internal.base.TableName;
import java.util.List;

/**
 * The layout of a store.
 *
 * @param kind the memory of the rows
 * @param tables all tables of all rooms
 * @param maxResources how many resources to lay the tables out for
 */
public record StoreSettings(Tables kind, List<TableName> tables, long maxResources) {}
