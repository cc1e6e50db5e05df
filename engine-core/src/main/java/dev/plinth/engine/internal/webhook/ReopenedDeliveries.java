package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;

/**
 * Deliveries that are open again.
 *
 * @param changes their rows
 * @param count how many
 * @param reached the number of the last delivery that was examined, or {@link Rows#NONE} if there are no more
 */
public record ReopenedDeliveries(Changes changes, int count, long reached) {}
