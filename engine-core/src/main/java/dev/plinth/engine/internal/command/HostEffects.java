package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import java.util.List;
import java.util.function.UnaryOperator;

/** The effects of one run of host code, which become one record with its outcome. Immutable. */
public final class HostEffects {
    private static final byte[] NO_BODY = {};

    private final List<ReadVersion> required;
    private final List<Command.Change> changes;

    HostEffects(List<ReadVersion> required, List<Command.Change> changes) {
        this.required = List.copyOf(required);
        this.changes = List.copyOf(changes);
    }

    public static HostEffects none() {
        return new HostEffects(List.of(), List.of());
    }

    /** Returns true if the code has recorded nothing. */
    public boolean isEmpty() {
        return required.isEmpty() && changes.isEmpty();
    }

    /**
     * Returns a change that has these effects beside the end of the code that recorded them. If the end writes nothing,
     * because another end was first, there are no effects.
     *
     * @param author returns the context in which the code acts
     */
    public Command.Change beside(Command.Change end, UnaryOperator<Context> author) {
        return context -> {
            Steps steps = new Steps(context);
            Outcome outcome = steps.decide(end);
            if (steps.isEmpty()) {
                return Decision.nothing(outcome);
            }
            decide(steps, author, 0);
            return steps.end(outcome);
        };
    }

    /**
     * Returns the decision to make these effects.
     *
     * @param author returns the context in which the code acts
     */
    public Decision decide(Context context, Outcome.Done outcome, UnaryOperator<Context> author) {
        return decide(context, outcome, outcome.body().length, author);
    }

    /**
     * Returns the decision to make these effects.
     *
     * @param answerBytes bytes of the outcome that the record may have to hold beside them
     * @param author returns the context in which the code acts
     */
    Decision decide(Context context, Outcome outcome, long answerBytes, UnaryOperator<Context> author) {
        if (isEmpty()) {
            return Decision.nothing(outcome);
        }
        Steps steps = new Steps(context);
        decide(steps, author, answerBytes);
        return steps.end(outcome);
    }

    /**
     * Returns a change that makes these effects if nothing has changed that their code has read, and otherwise ends with
     * a {@link Conflict}.
     *
     * @param author returns the context in which the code acts
     */
    public Command.Change ifCurrent(List<ReadVersion> reads, UnaryOperator<Context> author) {
        return context -> {
            Context own = author.apply(context);
            for (ReadVersion read : reads) {
                if (!read.isCurrent(own)) {
                    return Decision.nothing(new Conflict(read));
                }
            }
            return decide(context, Outcome.Done.ok(NO_BODY), author);
        };
    }

    /**
     * The outcome of effects whose code has read a version that is no longer current. Nothing was changed.
     *
     * @param read what has changed meanwhile
     */
    public record Conflict(ReadVersion read) implements Outcome.Internal {}

    private void decide(Steps steps, UnaryOperator<Context> author, long answerBytes) {
        for (ReadVersion version : required) {
            Outcome unused = steps.decide(by(author, version::check));
        }
        for (Command.Change change : changes) {
            Outcome unused = steps.decide(by(author, change));
            if (!steps.fit(answerBytes)) {
                throw new RefusedException(tooLarge());
            }
        }
    }

    /** Returns a change as the author makes it, within the author's shares and not within those of the engine. */
    private static Command.Change by(UnaryOperator<Context> author, Command.Change change) {
        return context -> {
            Context own = author.apply(context);
            Decision decision;
            try {
                decision = change.decide(own);
            } finally {
                if (own != context) {
                    own.sharedResources().forEach(context::showsShared);
                }
            }
            Changes made = decision.changes();
            Changes unused = made.within(made.room(ReserveAccess.of(own.caller())));
            RecordedEvents.add(own, made);
            return Decision.of(made.fannedOut(), decision.outcome());
        };
    }

    private static Refusal tooLarge() {
        String detail = "The effects need more than one record of " + Limits.RECORD_BYTES_MAX + " bytes and "
                + Limits.BATCH_ROWS_MAX + " rows; nothing was changed. Record fewer, or start jobs for some of them.";
        return Refusal.ofBody("", "too_large", detail).notRetryable();
    }
}
