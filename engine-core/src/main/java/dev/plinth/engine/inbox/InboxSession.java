package dev.plinth.engine.inbox;

import java.util.List;
import java.util.Set;

/**
 * Applies the rows of an inbox, each exactly once. A session belongs to one reign of a node. It is open until
 * {@link #close}, and no other session of its name can be opened meanwhile.
 *
 * <p>The engine remembers each applied row until {@link #forget}. So the user deletes applied rows from the database,
 * and calls {@code forget} once that is committed. Thread-safe; calls run one after the other.
 */
public interface InboxSession extends AutoCloseable {
    /** The most rows that an engine remembers of one inbox. */
    int REMEMBERED_MAX = 100;

    /** Returns the rows that were applied, by this session or an earlier one, and that the engine remembers. */
    List<RowName> remembered();

    /**
     * Applies rows in their order. Each is a record of its own, and is durable when the call returns. A refused row changes
     * nothing, and rows that name one of its resources wait.
     *
     * @param rows at most {@link #REMEMBERED_MAX} together with those that are remembered
     * @param held the ids of resources whose rows wait; the call adds those of rows that were refused or wait
     * @return the fates of the rows, in their order
     * @throws dev.plinth.engine.api.PlinthException if the engine as a whole cannot go on: 503 {@code capacity_exhausted},
     *     {@code shutting_down}, {@code not_leader} or {@code outcome_unknown}. Some of the rows may have been applied.
     *     Those are remembered
     * @throws IllegalStateException if more rows would be remembered, or the session is closed
     */
    List<InboxResult> apply(List<InboxRow> rows, Set<String> held);

    /**
     * Tells that the database has none of the rows any more that are remembered now. The engine forgets them with the next
     * row that it applies.
     */
    void forget();

    /** Ends the session. */
    @Override
    void close();
}
