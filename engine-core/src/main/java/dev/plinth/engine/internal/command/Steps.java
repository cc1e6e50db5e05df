package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.StagedRows;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides several changes one after the other, for one record. Each is decided on the rows as the changes before it
 * leave them, with the events and deliveries of those. If one is refused, the whole decision is. Not thread-safe.
 */
final class Steps {
    /** Bytes of a record that are left to its head and to what the pipeline adds around an answer. */
    private static final int AROUND_BYTES = 4 * 1024;

    private final Context outer;
    private final StagedRows rows;
    private final Changes all = new Changes();
    private final List<List<Changes.Write>> each = new ArrayList<>();
    private ReserveAccess room = ReserveAccess.OPERATOR;

    /** Begins on the rows of a context. */
    Steps(Context outer) {
        this.outer = outer;
        this.rows = new StagedRows(outer.rows());
    }

    /**
     * Decides a change and shows it to the changes after it.
     *
     * @throws RefusedException if the change is refused
     */
    Outcome decide(Command.Change change) {
        Context context = outer.on(rows);
        Decision decision;
        try {
            decision = change.decide(context);
        } finally {
            context.sharedResources().forEach(outer::showsShared);
        }
        if (decision.outcome() instanceof Outcome.Refused refused) {
            throw new RefusedException(refused.refusal());
        }
        Changes changes = decision.changes();
        RecordedEvents.add(context, changes);
        List<Changes.Write> writes = changes.writes();
        for (int i = 0; i < writes.size(); i++) {
            rows.stage(writes.get(i));
        }
        each.add(writes);
        changes.written().forEach(all::written);
        for (Id job : changes.started()) {
            all.started(job);
        }
        for (Changes.Write extra : changes.extras()) {
            byte[] row = extra.row();
            if (row != null) {
                all.putIfRoom(extra.table(), extra.key(), row);
            }
        }
        if (!writes.isEmpty()) {
            ReserveAccess own = changes.room(ReserveAccess.of(outer.caller()));
            room = own.compareTo(room) < 0 ? own : room;
        }
        return decision.outcome();
    }

    /** Returns the number of rows that the changes write, with those of their events and deliveries. */
    int rows() {
        return rows.count();
    }

    /** Returns true if no row was written. */
    boolean isEmpty() {
        return rows.count() == 0;
    }

    /** Returns true if all changes fit into one record, beside a remembered answer of so many bytes. */
    boolean fit(long answerBytes) {
        return rows.bytes() + answerBytes + AROUND_BYTES <= Limits.RECORD_BYTES_MAX
                && rows.count() <= Limits.BATCH_ROWS_MAX;
    }

    /** Returns the decision to make all changes. The least of their accesses to the reserves counts for all of them. */
    Decision end(Outcome outcome) {
        rows.writes().forEach(write -> all.writes().add(write));
        return Decision.of((rows.count() == 0 ? all : all.within(room)).fannedOut(), outcome);
    }

    /** Returns this decision, where all changes but so many at first are the operations of a call. */
    Decision endOfOperations(Outcome outcome, int first) {
        Changes unused = all.madeBy(each.subList(first, each.size()));
        return end(outcome);
    }
}
