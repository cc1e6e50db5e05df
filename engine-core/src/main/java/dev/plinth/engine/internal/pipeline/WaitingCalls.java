package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.BoundedExecutor;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.WriterBusyException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Holds the calls that wait for something to happen, without a thread: long polls, leases, parts of streams, twins under one idempotency key,
 * deletions with a rest, and calls whose thread must not sleep. However a wait ends, one function evaluates the call again. Thread-safe.
 */
final class WaitingCalls {
    private final Store store;
    private final WaitRegistry registry;
    private final QueryRunner queries;
    private final Function<RequestContext, PipelineResult> evaluate;
    private final Executor executor;

    /** Runs the calls that have met a busy writer. Only one can write at a time, so many threads would only stand in line. */
    private final Executor moved;

    private final OpenWaits open = new OpenWaits();

    /**
     * Holds the calls of a pipeline.
     *
     * @param evaluate evaluates a call again
     */
    WaitingCalls(PipelineParts parts, QueryRunner queries, Function<RequestContext, PipelineResult> evaluate) {
        this.store = parts.store();
        this.registry = parts.waitRegistry();
        this.queries = queries;
        this.evaluate = evaluate;
        this.executor = parts.executor();
        this.moved = new BoundedExecutor(executor, Limits.MOVED_CALLS_RUNNING_MAX);
    }

    /** Returns a pause while a long poll has nothing to show or to do, its answer if it cannot wait, and null if its command is to run now. */
    @Nullable
    PipelineResult pauseOf(RequestContext call, Command.LongPoll poll) {
        Command.Wait wait = waitOf(call, poll);
        if (wait == null) {
            return null;
        }
        if (poll instanceof Command.LongPollQuery && preferredSeconds(call) == wait.seconds()) {
            call.waitedSeconds = wait.seconds();
        }
        WaitRegistry.Waiter waiter = hasEnded(call) ? null : registry.join(call.caller.workspace(), wait);
        if (waiter == null) {
            return answerNow(call, poll);
        }
        if (hasCome(call, poll)) {
            waiter.end().complete(null);
        }
        return new PipelineResult.Pause(waiter.end(), millisLeft(call, wait), () -> {
            try {
                return evaluate.apply(call);
            } finally {
                passOn(call, poll, wait, waiter);
            }
        });
    }

    /** Returns a change that breaks off inside the writer lock if another call has taken meanwhile what there was to do. */
    Command.Change unlessTaken(RequestContext call, Command.LongPollChange change) {
        return context -> {
            Command.Wait wait = change.wait(context);
            if (wait != null && millisLeft(call, wait) > 0) {
                throw NothingToDoException.NOW;
            }
            return change.decide(context);
        };
    }

    /** Returns the refusal of a call whose twin is in flight, or a pause until the twin ends if the caller prefers that. A call pauses so once. */
    PipelineResult pauseForTwin(RequestContext call, Answer refusal, CompletableFuture<Void> twinEnd) {
        int seconds = preferredSeconds(call);
        if (seconds == 0 || call.hasAwaitedTwin) {
            return refusal;
        }
        WaitRegistry.Waiter waiter = registry.join(call.caller.workspace(), new Command.Wait(call.id, seconds));
        if (waiter == null) {
            return refusal;
        }
        call.hasAwaitedTwin = true;
        call.waitedSeconds = seconds;
        CompletableFuture<Void> unused =
                twinEnd.whenComplete((nothing, error) -> waiter.end().complete(null));
        return new PipelineResult.Pause(waiter.end(), TimeUnit.SECONDS.toMillis(seconds), () -> evaluate.apply(call));
    }

    /** Returns the answer to a change, or a pause before it until the sweep has done the rest of the change. */
    PipelineResult pauseForRest(RequestContext call, Command.DeferredChange change, Answer answer) {
        Command.Wait rest = answer.outcome() instanceof Outcome.Done ? restOf(call, change) : null;
        WaitRegistry.Waiter waiter = rest == null ? null : registry.join(call.caller.workspace(), rest);
        if (rest == null || waiter == null) {
            return answer;
        }
        if (restOf(call, change) == null) {
            registry.signal(rest.topic());
        }
        // A change that will never be durable is not carried on either.
        CompletableFuture<Void> unused = store.whenCommitted(answer.sequence()).whenComplete((nothing, lost) -> {
            if (lost != null) {
                registry.signal(rest.topic());
            }
        });
        return new PipelineResult.Pause(waiter.end(), TimeUnit.SECONDS.toMillis(rest.seconds()), () -> answer);
    }

    /** Returns the answer of a call, once the call need not wait any more. */
    CompletableFuture<Answer> await(RequestContext call, PipelineResult result) {
        if (result instanceof PipelineResult.Pause pause) {
            CompletableFuture<Void> end = pause.end();
            open.add(end);
            call.waits.add(end);
            return end.completeOnTimeout(null, pause.millis(), TimeUnit.MILLISECONDS)
                    .thenComposeAsync(nothing -> await(call, pause.next().get()), executor);
        }
        if (result instanceof PipelineResult.Move) {
            return CompletableFuture.supplyAsync(() -> evaluate.apply(call), moved)
                    .thenCompose(next -> await(call, next));
        }
        return CompletableFuture.completedFuture((Answer) result);
    }

    /** Ends all waits, now and from now on. Each call that waited is answered as things stand. */
    void end() {
        open.end();
    }

    private boolean hasEnded(RequestContext call) {
        return open.haveEnded() || call.waits.haveEnded();
    }

    private static int preferredSeconds(RequestContext call) {
        return Preferences.waitSeconds(call.request.headers().prefer());
    }

    /** Returns what a long poll waits for; null if nothing, or no longer. */
    private Command.@Nullable Wait waitOf(RequestContext call, Command.LongPoll poll) {
        Command.Wait wait = queries.waitFor(call, poll);
        return wait != null && millisLeft(call, wait) > 0 ? wait : null;
    }

    private static long millisLeft(RequestContext call, Command.Wait wait) {
        return TimeUnit.SECONDS.toMillis(wait.seconds()) - call.millis();
    }

    /** Looks again, because what came before the waiter had joined was told to others. A thread that cannot look leaves that to the next one. */
    private boolean hasCome(RequestContext call, Command.LongPoll poll) {
        try {
            return waitOf(call, poll) == null;
        } catch (WriterBusyException busy) {
            return true;
        }
    }

    /**
     * Answers a long poll as things stand. A part of a stream is the last one, and at the end of all waits there is none. The answer is made after
     * the look: what ends between the two is shown as ended.
     */
    private Answer answerNow(RequestContext call, Command.LongPoll poll) {
        if (poll instanceof Command.LongPollChange change) {
            return call.answer(change.nothing(), 0);
        }
        if (call.isPart && hasEnded(call)) {
            throw new RefusedException(AdmissionControl.draining());
        }
        Answer answer = queries.answer(call, (Command.LongPollQuery) poll);
        return answer.outcome() instanceof Outcome.Page page ? answer.with(page.asTheLast()) : answer;
    }

    /** Tells the next waiter of what this one alone was told of and has left: it was refused, or has taken something else. */
    private void passOn(RequestContext call, Command.LongPoll poll, Command.Wait wait, WaitRegistry.Waiter waiter) {
        String kind = waiter.told();
        if (kind != null
                && poll instanceof Command.LongPollChange change
                && registry.areThere(wait.topic())
                && store.look(rows -> change.isThere(queries.context(call, rows), kind) ? 1 : 0) == 1) {
            registry.signalOne(wait.topic(), kind);
        }
    }

    /** Returns what the answer to a change waits for. Looks at single rows: the change is committed, so its call must not be evaluated again. */
    private Command.@Nullable Wait restOf(RequestContext call, Command.DeferredChange change) {
        return change.rest(queries.context(call, store.viewToAnswer()));
    }
}
