package dev.plinth.engine.internal.base.rows;

/**
 * Rows that are to be added to a table.
 *
 * @param table the table
 * @param rows how many, 0 or more
 * @param bytes the bytes of their keys and rows
 */
public record NewRows(TableName<?> table, long rows, long bytes) {}
