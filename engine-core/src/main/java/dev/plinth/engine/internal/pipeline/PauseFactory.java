package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.store.Store;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes a pause of a call that has to wait for something to happen, and says how the call goes on then. Thread-safe. */
final class PauseFactory {
    private final Store store;
    private final WaitRegistry waitRegistry;
    private final QueryRunner queries;

    PauseFactory(Store store, WaitRegistry waitRegistry, QueryRunner queries) {
        this.store = store;
        this.waitRegistry = waitRegistry;
        this.queries = queries;
    }

    /**
     * Answers a query, and waits first if it has nothing to show yet.
     *
     * @param millisMax how long at most, beside what the query says
     */
    PipelineResult forAnswer(
            RequestContext call, Command.LongPollQuery query, long millisMax, Supplier<PipelineResult> again) {
        // In this order: what ends between the two is answered as ended, and not with what it was before.
        Command.Wait wait = queries.waitFor(call, query::wait);
        Answer answer = queries.answer(call, query);
        if (wait == null || answer.outcome() instanceof Outcome.Refused) {
            return answer;
        }
        int preferred = Preferences.waitSeconds(call.request.headers().prefer());
        Answer now = preferred == wait.seconds() ? answer.waited(preferred) : answer;
        if (answer.outcome() instanceof Outcome.Page page) {
            now = answer.with(page.asTheLast());
        }
        WaitRegistry.Waiter waiter = waitRegistry.join(call.caller.workspace(), wait);
        if (waiter == null) {
            return now;
        }
        long millis = Math.min(TimeUnit.SECONDS.toMillis(wait.seconds()), millisMax);
        if (queries.waitFor(call, query::wait) == null) {
            waiter.end().complete(null); // it has ended meanwhile
        }
        return new PipelineResult.Pause(now, waiter.end(), millis, again);
    }

    /** Waits until there is something to change, or until the time is over; null if the change is to be decided now. */
    @Nullable
    PipelineResult forChange(RequestContext call, Command.LongPollChange change, Supplier<PipelineResult> again) {
        Command.Wait wait = queries.waitFor(call, change::wait);
        long millis = wait == null ? 0 : millisLeft(call, wait);
        if (wait == null || millis <= 0) {
            return null;
        }
        Answer nothing = call.answer(change.nothing(), 0);
        WaitRegistry.Waiter waiter = waitRegistry.join(call.caller.workspace(), wait);
        if (waiter == null) {
            return nothing;
        }
        if (queries.waitFor(call, change::wait) == null) {
            waiter.end().complete(null);
        }
        PipelineResult pause = new PipelineResult.Pause(nothing, waiter.end(), millis, () -> {
            try {
                return again.get();
            } finally {
                passOn(call, change, wait, waiter);
            }
        });
        call.pauses = true;
        return pause;
    }

    /** Tells the next one of what this waiter alone was told of and has left: it was refused, or has taken something else. */
    private void passOn(
            RequestContext call, Command.LongPollChange change, Command.Wait wait, WaitRegistry.Waiter waiter) {
        String kind = waiter.told();
        if (kind != null
                && waitRegistry.areThere(wait.topic())
                && store.look(rows -> change.isThere(queries.context(call, rows), kind) ? 1 : 0) == 1) {
            waitRegistry.signalOne(wait.topic(), kind);
        }
    }

    /** The answer stands, and is given once the sweep has done the rest, or does not get to it in time. */
    PipelineResult forRest(RequestContext call, Command.DeferredChange change, Answer answer) {
        Command.Wait rest = answer.outcome() instanceof Outcome.Done ? queries.waitFor(call, change::rest) : null;
        if (rest == null) {
            return answer;
        }
        long millis = TimeUnit.SECONDS.toMillis(rest.seconds());
        WaitRegistry.Waiter waiter = waitRegistry.join(call.caller.workspace(), rest);
        if (waiter == null) {
            return answer;
        }
        if (queries.waitFor(call, change::rest) == null) {
            waitRegistry.signal(rest.topic());
        }
        // A change that will never be durable is not carried on either.
        CompletableFuture<Void> unused = store.whenCommitted(answer.sequence()).whenComplete((nothing, lost) -> {
            if (lost != null) {
                waitRegistry.signal(rest.topic());
            }
        });
        call.pauses = true;
        return new PipelineResult.Pause(answer, waiter.end(), millis, () -> answer);
    }

    /** Waits for the call that has the same key, if the caller wants that, and once only. */
    PipelineResult forTwin(
            RequestContext call, Answer refused, CompletableFuture<Void> end, Supplier<PipelineResult> again) {
        int seconds = Preferences.waitSeconds(call.request.headers().prefer());
        if (seconds == 0 || call.hasWaited) {
            return refused;
        }
        WaitRegistry.Waiter waiter = waitRegistry.join(call.caller.workspace(), new Command.Wait(call.id, seconds));
        if (waiter == null) {
            return refused;
        }
        call.hasWaited = true;
        CompletableFuture<Void> unused =
                end.whenComplete((nothing, error) -> waiter.end().complete(null));
        return new PipelineResult.Pause(
                refused.waited(seconds), waiter.end(), TimeUnit.SECONDS.toMillis(seconds), again);
    }

    static long millisLeft(RequestContext call, Command.Wait wait) {
        return TimeUnit.SECONDS.toMillis(wait.seconds()) - call.millis();
    }
}
