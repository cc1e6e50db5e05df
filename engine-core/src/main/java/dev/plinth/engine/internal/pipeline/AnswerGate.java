package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.BoundedExecutor;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.store.Store;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The last room: waits, without holding a thread, for what the caller asked to wait for, and for the disk. */
final class AnswerGate {
    private final Store store;
    private final Executor executor;

    /** Runs the calls that have moved over. Only one can write at a time, so many threads would only stand in line. */
    private final Executor moved;

    private final OpenWaits waiting = new OpenWaits();

    AnswerGate(Store store, Executor executor) {
        this.store = store;
        this.executor = executor;
        this.moved = new BoundedExecutor(executor, Limits.MOVED_CALLS_RUNNING_MAX);
    }

    /** The answer of a step, if nothing has to be waited for; else null. */
    @Nullable
    Answer ready(PipelineResult result) {
        return result instanceof Answer answer && answer.sequence() <= store.committed() ? answer : null;
    }

    /**
     * The answer, once it may be given.
     *
     * @param own the waits that end with the door of the call
     */
    CompletableFuture<Answer> await(PipelineResult result, OpenWaits own) {
        if (result instanceof PipelineResult.Pause pause) {
            return awaitEvent(pause, own);
        }
        if (result instanceof PipelineResult.Move move) {
            return CompletableFuture.supplyAsync(move.continuation(), moved).thenCompose(next -> await(next, own));
        }
        return awaitDisk((Answer) result);
    }

    private CompletableFuture<Answer> awaitEvent(PipelineResult.Pause pause, OpenWaits own) {
        int seconds = pause.answer().waitedSeconds();
        CompletableFuture<Void> end = pause.event();
        waiting.add(end);
        own.add(end);
        return end.completeOnTimeout(null, pause.millis(), TimeUnit.MILLISECONDS)
                .thenComposeAsync(
                        nothing -> {
                            PipelineResult next = pause.asking().get();
                            boolean goesOn = !waiting.haveEnded() && !own.haveEnded();
                            return next instanceof PipelineResult.Pause again && goesOn
                                    ? await(again, own)
                                    : awaitDisk(leave(next).waited(seconds));
                        },
                        executor);
    }

    /** The answer for now of a step whose wait has no time left. What it alone was told of meanwhile it takes. */
    private static Answer leave(PipelineResult result) {
        PipelineResult next = result;
        while (next instanceof PipelineResult.Pause pause) {
            if (pause.event().complete(null)) {
                return pause.answer();
            }
            next = pause.asking().get();
        }
        return (Answer) next;
    }

    /** Ends all waits, now and from now on; whoever waited is answered as things stand. */
    void end() {
        waiting.end();
    }

    private CompletableFuture<Answer> awaitDisk(Answer answer) {
        return store.whenCommitted(answer.sequence())
                .handle((nothing, error) -> error == null ? answer : answer.with(lost(error)));
    }

    private static Outcome lost(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return new Outcome.Refused(
                cause instanceof RefusedException refused
                        ? refused.refusal()
                        : Refusal.of(ProblemCode.OUTCOME_UNKNOWN, "Expected the disk to answer, but it failed."));
    }
}
