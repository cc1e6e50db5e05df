package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.BoundedExecutor;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.WriterBusyException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds calls that wait, without a thread for each. They are long polls, leases, parts of streams, twins under one
 * idempotency key, deletions with a rest, and calls whose thread must not sleep. When a wait ends, one function
 * evaluates the call again. Thread-safe.
 */
final class WaitingCalls {
    private final Store store;
    private final WaitRegistry registry = new WaitRegistry();
    private final QueryRunner queries;
    private final Function<RequestContext, PipelineResult> evaluate;
    private final Supplier<Refusal> draining;
    private final Executor executor;

    /** Runs calls that have met a busy writer. Only one thread can write at a time, so more would only queue. */
    private final Executor moved;

    private final OpenWaits open = new OpenWaits();

    /**
     * Holds the calls of a pipeline.
     *
     * @param evaluate evaluates a call again
     * @param draining tells why a stream ends with the engine
     */
    WaitingCalls(
            PipelineParts parts,
            QueryRunner queries,
            Function<RequestContext, PipelineResult> evaluate,
            Supplier<Refusal> draining) {
        this.store = parts.store();
        this.queries = queries;
        this.evaluate = evaluate;
        this.draining = draining;
        this.executor = parts.executor();
        this.moved = new BoundedExecutor(executor, Limits.MOVED_CALLS_RUNNING_MAX);
    }

    WaitRegistry registry() {
        return registry;
    }

    /**
     * Returns a pause if a long poll has nothing to show or to do. If a query cannot wait, returns its answer. Returns null
     * if the command is to run now.
     */
    @Nullable
    PipelineResult pauseOf(RequestContext call, Command.LongPoll poll) {
        Command.Wait wait = waitOf(call, poll);
        if (wait == null) {
            return null;
        }
        WaitRegistry.Waiter waiter = hasEnded(call) ? null : registry.join(call.caller.workspace(), wait);
        if (waiter == null) {
            call.waitsNoLonger = true;
            return poll instanceof Command.LongPollQuery query ? answerNow(call, query) : null;
        }
        if (poll instanceof Command.LongPollQuery && preferredSeconds(call) == wait.seconds()) {
            call.waitedSeconds = wait.seconds();
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

    /**
     * Returns a pause of a stream without units, or the part that shows that the stream is alive. Returns null if the next
     * part is to be read now.
     *
     * @param seconds the seconds until there are units, or 0
     */
    @Nullable
    PipelineResult pauseForUnits(RequestContext call, long seconds) {
        if (seconds == 0 || hasEnded(call) || !(call.command instanceof Command.StreamQuery stream)) {
            return null;
        }
        long left = TimeUnit.SECONDS.toMillis(Limits.STREAM_SILENCE_SECONDS_MAX) - call.millis();
        if (left <= 0) {
            return call.answer(stream.silence(), store.committed());
        }
        Id workspace = call.caller.workspace();
        Command.Wait wait = new Command.Wait(call.id, Limits.STREAM_PAUSE_SECONDS, stream.group(workspace), Set.of());
        WaitRegistry.Waiter waiter = registry.join(workspace, wait);
        if (waiter == null) {
            return answerNow(call, stream);
        }
        long millis = Math.min(left, TimeUnit.SECONDS.toMillis(wait.seconds()));
        return new PipelineResult.Pause(waiter.end(), millis, () -> evaluate.apply(call));
    }

    /** Returns a change that breaks off inside the writer lock if another call was quicker and nothing is left to do. */
    Command.Change unlessTaken(RequestContext call, Command.LongPollChange change) {
        return context -> {
            Command.Wait wait = change.wait(context);
            if (wait != null && millisLeft(call, wait) > 0) {
                throw NothingToDoException.NOW;
            }
            return change.decide(context);
        };
    }

    /**
     * Returns a pause until the twin of a call ends, if the caller prefers that and the call has not paused for a twin
     * before. Otherwise returns the refusal.
     */
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
        long endMillis = call.millis() + TimeUnit.SECONDS.toMillis(Limits.CARRIED_ON_SECONDS_MAX);
        return answer.outcome() instanceof Outcome.Done ? pauseForRest(call, change, answer, endMillis) : answer;
    }

    /** Waits for one piece of the rest after the other, so that a call has one place among those that wait. */
    private PipelineResult pauseForRest(
            RequestContext call, Command.DeferredChange change, Answer answer, long endMillis) {
        long millis = endMillis - call.millis();
        Command.Wait rest = millis <= 0 || hasEnded(call) ? null : restOf(call, change);
        WaitRegistry.Waiter waiter = rest == null ? null : registry.join(call.caller.workspace(), rest);
        if (rest == null || waiter == null) {
            return answer;
        }
        Command.Wait now = restOf(call, change);
        if (now == null || !now.topic().equals(rest.topic())) {
            registry.signal(rest.topic());
        }
        // A change that will never be durable is not carried on either.
        CompletableFuture<Void> committed = store.whenCommitted(answer.sequence())
                .whenComplete((nothing, lost) -> {
                    if (lost != null) {
                        registry.signal(rest.topic());
                    }
                });
        return new PipelineResult.Pause(
                waiter.end(),
                millis,
                () -> committed.isCompletedExceptionally() ? answer : pauseForRest(call, change, answer, endMillis));
    }

    /** Returns the answer of a call, once the call need not wait any more. */
    CompletableFuture<Answer> await(RequestContext call, PipelineResult result) {
        if (result instanceof PipelineResult.Pause pause) {
            CompletableFuture<Void> end = pause.end();
            open.add(end);
            call.waits.add(end);
            store.timer().complete(end, pause.millis());
            return end.thenComposeAsync(nothing -> await(call, pause.next().get()), executor);
        }
        if (result instanceof PipelineResult.Move) {
            return CompletableFuture.supplyAsync(() -> evaluate.apply(call), moved)
                    .thenCompose(next -> await(call, next));
        }
        return CompletableFuture.completedFuture((Answer) result);
    }

    /** Ends all waits, now and from now on. Each call that waited is answered with the present state. */
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
        return call.waitsNoLonger ? 0 : TimeUnit.SECONDS.toMillis(wait.seconds()) - call.millis();
    }

    /** Looks again, because earlier signals did not reach the waiter. A thread that cannot look leaves that to the next one. */
    private boolean hasCome(RequestContext call, Command.LongPoll poll) {
        try {
            return waitOf(call, poll) == null;
        } catch (WriterBusyException busy) {
            return true;
        }
    }

    /**
     * Answers a query with the present state. It reads after the look that found nothing, so it misses nothing that came
     * between the two. A stream gets its last part, and none when all waits have ended.
     */
    private Answer answerNow(RequestContext call, Command.LongPollQuery query) {
        if (call.isPart && hasEnded(call)) {
            throw new RefusedException(draining.get());
        }
        Answer answer = queries.answer(call, query);
        return answer.outcome() instanceof Outcome.Page page ? answer.with(page.asTheLast()) : answer;
    }

    /** Signals the next waiter if this one alone was signalled and has left the work: it was refused, or took another job. */
    private void passOn(RequestContext call, Command.LongPoll poll, Command.Wait wait, WaitRegistry.Waiter waiter) {
        String kind = waiter.kind();
        if (kind != null
                && poll instanceof Command.LongPollChange change
                && registry.areThere(wait.topic())
                && isThere(call, change, kind)) {
            registry.signalOne(wait.topic(), kind);
        }
    }

    private boolean isThere(RequestContext call, Command.LongPollChange change, String kind) {
        try {
            return store.look(rows -> change.isThere(queries.contextNow(call, rows), kind) ? 1 : 0) == 1;
        } catch (RefusedException ended) {
            return false; // all waits end too, and this call has its own answer
        }
    }

    /** Returns what the answer to a change waits for. It reads row by row, because a committed change is never evaluated again. */
    private Command.@Nullable Wait restOf(RequestContext call, Command.DeferredChange change) {
        try {
            return change.rest(queries.contextNow(call, store.viewToAnswer()));
        } catch (RefusedException closing) {
            return null; // The change is durable whatever becomes of its rest.
        }
    }
}
