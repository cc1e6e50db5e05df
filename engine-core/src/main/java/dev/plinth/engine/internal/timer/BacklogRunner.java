package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.decision.Backlog;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.Rows;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Goes on with the work of a backlog, a step of one piece of work after a step of another. A piece whose step was
 * refused backs off, and the others go on. For one thread at a time, except {@link #nextDueMillis}.
 */
public final class BacklogRunner implements SweepWork {
    private static final long SINCE_EVER = 0;

    /** The most pieces of work that back off each by itself. With one more the whole backlog backs off. */
    private static final int PAUSES_MAX = 1_000;

    private final String name;
    private final Backlog backlog;
    private final BacklogStep step;
    /** The time until which a piece of work backs off, by its list number. */
    private final Map<Long, Long> pauses = new ConcurrentHashMap<>();

    private long servedLast = Rows.NONE;

    /**
     * Makes a runner of a backlog.
     *
     * @param name the name of its rows in figures, such as {@code released deliveries}
     */
    public BacklogRunner(String name, Backlog backlog, BacklogStep step) {
        this.name = name;
        this.backlog = backlog;
        this.step = step;
    }

    @Override
    public String name() {
        return name;
    }

    /** Returns how many pieces of work are not done. */
    long unfinished(Rows rows) {
        return backlog.size(rows);
    }

    @Override
    public long nextDueMillis(Rows rows) {
        long size = backlog.size(rows);
        if (size == 0) {
            return NEVER;
        }
        if (pauses.size() < size) {
            return SINCE_EVER;
        }
        // A piece that has gone since it backed off must not hold up another one.
        long resting = 0;
        long earliest = NEVER;
        for (Map.Entry<Long, Long> pause : pauses.entrySet()) {
            if (backlog.has(rows, pause.getKey())) {
                resting++;
                earliest = Math.min(earliest, pause.getValue());
            }
        }
        return resting < size ? SINCE_EVER : earliest;
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        pauses.values().removeIf(until -> until <= nowMillis);
        RowReader row = next(context.rows());
        if (row != null) {
            step.carryOn(context, row, batch);
        }
    }

    @Override
    public boolean refused(long untilMillis) {
        boolean mayRest = pauses.size() < PAUSES_MAX;
        if (mayRest) {
            pauses.put(servedLast, untilMillis);
        }
        return mayRest;
    }

    /** Returns the next piece of work that does not back off, or null. */
    private @Nullable RowReader next(Rows rows) {
        for (int i = pauses.size(); i >= 0; i--) {
            RowReader row = backlog.next(rows, servedLast);
            if (row == null) {
                return null;
            }
            int start = row.position();
            servedLast = row.number();
            if (!pauses.containsKey(servedLast)) {
                return row.at(start);
            }
        }
        return null;
    }

    /** A step of one piece of work. */
    @FunctionalInterface
    public interface BacklogStep {
        /**
         * Puts the next rows of the work into a batch. The work's own row is among them: updated, or removed if nothing
         * is left.
         *
         * @param row the row of the work, at its list number
         */
        void carryOn(Context context, RowReader row, SweepBatch batch);
    }
}
