package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.View;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads rows for the answer to a request, beside the writer. Thread-safe. */
final class Reading {
    private final Store store;
    private final Commits commits;

    Reading(Store store, Commits commits) {
        this.store = store;
        this.commits = commits;
    }

    /** Returns the context in which a request reads rows. */
    Context context(Passage passage, Rows rows) {
        return commits.reading(passage.caller, store.nowMillis(), rows);
    }

    /**
     * Reads rows that belong together.
     *
     * @throws dev.plinth.engine.internal.store.WriterBusy if the thread must not sleep, and the writer was quicker each time
     */
    <T extends @Nullable Object> T read(Passage passage, Function<View, T> reader) {
        return passage.maySleep ? store.readToAnswer(reader) : store.readAtOnce(reader);
    }

    /** Answers a question. */
    Answer answer(Passage passage, Command.Query query) {
        return query.isRowByRow()
                ? answer(passage, query, store.viewToAnswer())
                : read(passage, view -> answer(passage, query, view));
    }

    private Answer answer(Passage passage, Command.Query query, View view) {
        Outcome outcome;
        try {
            outcome = query.answer(context(passage, view));
        } catch (Refused refused) {
            outcome = new Outcome.Turned(refused.refusal());
        }
        return passage.answer(outcome, view.highest());
    }

    /** Returns the wait that a command asks for; null if there is nothing to wait for, or if it is refused. */
    Command.@Nullable Wait waitFor(Passage passage, Function<Context, Command.@Nullable Wait> question) {
        return read(passage, view -> {
            try {
                return question.apply(context(passage, view));
            } catch (Refused refused) {
                return null;
            }
        });
    }
}
