package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Backlog;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.Rows;

/** Carries on the work of a backlog, a step of one piece of work after a step of another. Used by one thread at a time. */
public final class CarryOn implements Retention {
    private static final long SINCE_EVER = 0;

    private final String name;
    private final Backlog backlog;
    private final Step step;
    private long servedLast = Rows.NONE;

    /**
     * Carries on a backlog.
     *
     * @param name what its rows are called in figures, such as {@code released deliveries}
     */
    public CarryOn(String name, Backlog backlog, Step step) {
        this.name = name;
        this.backlog = backlog;
        this.step = step;
    }

    @Override
    public String name() {
        return name;
    }

    /** How many pieces of work are not done. */
    long unfinished(Rows rows) {
        return backlog.size(rows);
    }

    @Override
    public long nextExpiry(Rows rows) {
        return backlog.size(rows) == 0 ? NEVER : SINCE_EVER;
    }

    @Override
    public void collect(Context context, long nowMillis, Portion portion) {
        RowReader row = backlog.next(context.rows(), servedLast);
        if (row != null) {
            int start = row.position();
            servedLast = row.number();
            step.carryOn(context, row.at(start), portion);
        }
    }

    /** A step of one piece of work. */
    @FunctionalInterface
    public interface Step {
        /**
         * Puts the next rows of the work into a portion. The work's own row is among them: as it is then, or its removal if nothing is left.
         *
         * @param row the row of the work, at its list number
         */
        void carryOn(Context context, RowReader row, Portion portion);
    }
}
