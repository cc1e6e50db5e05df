package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.store.Store;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes a pause of a call that has to wait for something to happen, and says how the call goes on then. Thread-safe. */
final class Waiting {
    private final Store store;
    private final Waiters waiters;
    private final Reading reading;

    Waiting(Store store, Waiters waiters, Reading reading) {
        this.store = store;
        this.waiters = waiters;
        this.reading = reading;
    }

    /**
     * Answers a query, and waits first if it has nothing to show yet.
     *
     * @param millisMax how long at most, beside what the query says
     */
    Step forAnswer(Passage passage, Command.PatientQuery query, long millisMax, Supplier<Step> again) {
        // In this order: what ends between the two is answered as ended, and not with what it was before.
        Command.Wait wait = reading.waitFor(passage, query::wait);
        Answer answer = reading.answer(passage, query);
        if (wait == null || answer.outcome() instanceof Outcome.Turned) {
            return answer;
        }
        int preferred = Preferences.waitSeconds(passage.request.headers().prefer());
        Answer now = preferred == wait.seconds() ? answer.waited(preferred) : answer;
        if (answer.outcome() instanceof Outcome.Page page) {
            now = answer.with(page.asTheLast());
        }
        Waiters.Waiter waiter = waiters.join(passage.caller.workspace(), wait);
        if (waiter == null) {
            return now;
        }
        long millis = Math.min(TimeUnit.SECONDS.toMillis(wait.seconds()), millisMax);
        if (reading.waitFor(passage, query::wait) == null) {
            waiter.end().complete(null); // it has ended meanwhile
        }
        return new Step.Pause(now, waiter.end(), millis, again);
    }

    /** Waits until there is something to change, or until the time is over; null if the change is to be decided now. */
    @Nullable
    Step forChange(Passage passage, Command.PatientChange change, Supplier<Step> again) {
        Command.Wait wait = reading.waitFor(passage, change::wait);
        long millis = wait == null ? 0 : millisLeft(passage, wait);
        if (wait == null || millis <= 0) {
            return null;
        }
        Answer nothing = passage.answer(change.nothing(), 0);
        Waiters.Waiter waiter = waiters.join(passage.caller.workspace(), wait);
        if (waiter == null) {
            return nothing;
        }
        if (reading.waitFor(passage, change::wait) == null) {
            waiter.end().complete(null);
        }
        Step pause = new Step.Pause(nothing, waiter.end(), millis, () -> {
            try {
                return again.get();
            } finally {
                passOn(passage, change, wait, waiter);
            }
        });
        passage.pauses = true;
        return pause;
    }

    /** Tells the next one of what this waiter alone was told of and has left: it was refused, or has taken something else. */
    private void passOn(Passage passage, Command.PatientChange change, Command.Wait wait, Waiters.Waiter waiter) {
        String kind = waiter.told();
        if (kind != null
                && waiters.areThere(wait.topic())
                && store.look(rows -> change.isThere(reading.context(passage, rows), kind) ? 1 : 0) == 1) {
            waiters.signalOne(wait.topic(), kind);
        }
    }

    /** The answer stands, and is given once the sweep has done the rest, or does not get to it in time. */
    Step forRest(Passage passage, Command.CarriedOnChange change, Answer answer) {
        Command.Wait rest = answer.outcome() instanceof Outcome.Done ? reading.waitFor(passage, change::rest) : null;
        if (rest == null) {
            return answer;
        }
        long millis = TimeUnit.SECONDS.toMillis(rest.seconds());
        Waiters.Waiter waiter = waiters.join(passage.caller.workspace(), rest);
        if (waiter == null) {
            return answer;
        }
        if (reading.waitFor(passage, change::rest) == null) {
            waiters.signal(rest.topic());
        }
        // A change that will never be durable is not carried on either.
        CompletableFuture<Void> unused = store.whenCommitted(answer.sequence()).whenComplete((nothing, lost) -> {
            if (lost != null) {
                waiters.signal(rest.topic());
            }
        });
        passage.pauses = true;
        return new Step.Pause(answer, waiter.end(), millis, () -> answer);
    }

    /** Waits for the call that has the same key, if the caller wants that, and once only. */
    Step forTwin(Passage passage, Answer refused, CompletableFuture<Void> end, Supplier<Step> again) {
        int seconds = Preferences.waitSeconds(passage.request.headers().prefer());
        if (seconds == 0 || passage.hasWaited) {
            return refused;
        }
        Waiters.Waiter waiter = waiters.join(passage.caller.workspace(), new Command.Wait(passage.id, seconds));
        if (waiter == null) {
            return refused;
        }
        passage.hasWaited = true;
        CompletableFuture<Void> unused =
                end.whenComplete((nothing, error) -> waiter.end().complete(null));
        return new Step.Pause(refused.waited(seconds), waiter.end(), TimeUnit.SECONDS.toMillis(seconds), again);
    }

    static long millisLeft(Passage passage, Command.Wait wait) {
        return TimeUnit.SECONDS.toMillis(wait.seconds()) - passage.millis();
    }
}
