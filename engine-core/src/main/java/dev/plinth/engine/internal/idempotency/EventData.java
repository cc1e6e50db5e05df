package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.rows.Rows;
import org.jspecify.annotations.Nullable;

/** Finds the data of events, which remembered answers name instead of a copy. Thread-safe. */
@FunctionalInterface
public interface EventData {
    /**
     * Returns the data of an event, as a copy.
     *
     * @param length its length in bytes
     * @return null if no such event is kept
     */
    byte @Nullable [] find(Rows rows, Id workspace, Id event, int length);
}
