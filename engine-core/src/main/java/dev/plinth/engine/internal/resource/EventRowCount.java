package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.rows.Rows;

/** Counts the rows that an event writes: its own, and one for each webhook endpoint that wants it. */
@FunctionalInterface
public interface EventRowCount {
    /** Returns the rows of an event of a type in a workspace, 1 or more. */
    int of(Rows rows, Id workspace, String type);
}
