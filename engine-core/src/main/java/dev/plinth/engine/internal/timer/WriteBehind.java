package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.problem.RefusedException;
import java.util.List;

/**
 * Writes rows behind the calls that cause them, several in each record, so that no call pays for them. Nothing of such a
 * source is in the due index.
 *
 * @param <T> a row
 */
public abstract class WriteBehind<T> implements ReadySource {
    private final System.Logger log = Log.of(getClass());
    private final Committer committer;
    private final int rowsPerRecord;

    /** Makes a source that puts so many rows into a record at most. */
    protected WriteBehind(Committer committer, int rowsPerRecord) {
        this.committer = committer;
        this.rowsPerRecord = rowsPerRecord;
    }

    @Override
    public final boolean awaitIdle(long timeoutMillis) {
        return true;
    }

    /** Returns the change that writes these rows. */
    protected abstract Command.Change change(List<T> rows);

    /** Returns the rows in the words of an operator. */
    protected abstract String named(int count);

    /** Writes rows. If the store refuses them, they are lost, because no call depends on them. */
    protected final void write(List<T> rows) {
        try {
            for (int from = 0; from < rows.size(); from += rowsPerRecord) {
                int to = Math.min(rows.size(), from + rowsPerRecord);
                committer.commit(Caller.OPERATOR, change(List.copyOf(rows.subList(from, to))));
            }
        } catch (RefusedException refused) {
            log.log(
                    System.Logger.Level.WARNING,
                    "The store refused to write " + named(rows.size()) + ": "
                            + refused.refusal().detail());
        }
    }
}
