package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.View;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads rows for the answer to a request, beside the writer. Thread-safe. */
final class QueryRunner {
    private final Store store;
    private final Commits commits;

    QueryRunner(Store store, Commits commits) {
        this.store = store;
        this.commits = commits;
    }

    /** Returns the context in which a request reads rows, at the time of the request. */
    Context context(RequestContext call, Rows rows) {
        return commits.reading(call.caller, call.nowMillis, rows).in(call.trace);
    }

    /** Returns the context in which a request that has waited reads rows, at the present time. */
    Context contextNow(RequestContext call, Rows rows) {
        return commits.reading(call.caller, store.nowMillis(), rows);
    }

    /**
     * Reads rows that belong together.
     *
     * @throws dev.plinth.engine.internal.store.WriterBusyException if the thread must not sleep, and the writer was quicker each time
     */
    <T extends @Nullable Object> T read(RequestContext call, Function<View, T> reader) {
        return call.maySleep ? store.readToAnswer(reader) : store.readAtOnce(reader);
    }

    /** Answers a question. */
    Answer answer(RequestContext call, Command.Query query) {
        return query.isRowByRow()
                ? answer(call, query, store.viewToAnswer())
                : read(call, view -> answer(call, query, view));
    }

    private Answer answer(RequestContext call, Command.Query query, View view) {
        Outcome outcome;
        try {
            if (call.isLater) {
                AdmissionControl.checkStillAllowed(view, call.admitted()); // by the rows that it is shown
            }
            outcome = query.answer(context(call, view));
        } catch (RefusedException refused) {
            outcome = new Outcome.Refused(refused.refusal());
        }
        return call.answer(outcome, view.highest());
    }

    /** Returns the wait that a long poll asks for; null if there is nothing to wait for, or if it is refused. */
    Command.@Nullable Wait waitFor(RequestContext call, Command.LongPoll poll) {
        return read(call, view -> {
            try {
                return poll.wait(context(call, view));
            } catch (RefusedException refused) {
                return null;
            }
        });
    }
}
