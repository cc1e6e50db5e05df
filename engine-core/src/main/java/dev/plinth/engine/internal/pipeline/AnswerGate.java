package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.store.Store;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Holds an answer back, without a thread, until all that it shows is durable, and was not stale when it was read. */
final class AnswerGate {
    private final Store store;

    AnswerGate(Store store) {
        this.store = store;
    }

    /** Returns the answer if it may be given now; else null. */
    @Nullable
    Answer ready(PipelineResult result) {
        if (!(result instanceof Answer answer)) {
            return null;
        }
        boolean mayGo = answer.confirmed()
                ? answer.sequence() <= store.committed()
                : store.answers().isReady(answer.sequence());
        return mayGo ? answer : null;
    }

    /** Returns the answer once it may be given, or a refusal in its place if the disk has failed. */
    CompletableFuture<Answer> await(RequestContext call, Answer answer) {
        if (call.command instanceof Command.Probe probe) {
            return store.answers()
                    .confirmSoon()
                    .thenApply(confirmed -> confirmed
                            ? answer
                            : answer.with(probe.unconfirmed(store.answers().unconfirmedMillis())));
        }
        try {
            CompletableFuture<Void> may = answer.confirmed()
                    ? store.whenCommitted(answer.sequence())
                    : store.answers().whenReady(answer.sequence(), call.nowMillis);
            return may.handle((nothing, error) -> error == null ? answer : answer.with(lost(call, error)));
        } catch (RuntimeException | Error e) {
            // The record is appended, so the caller must not be told that nothing was changed.
            store.fatalErrors().saw(e);
            return CompletableFuture.completedFuture(answer.with(lost(call, e)));
        }
    }

    private static Outcome lost(RequestContext call, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return new Outcome.Refused(
                cause instanceof RefusedException refused
                        ? call.forCaller(refused.refusal())
                        : Refusal.of(
                                ProblemCode.OUTCOME_UNKNOWN,
                                "The disk or the log failed while the call waited. Repeat the call with its Idempotency-Key; without a key, read first whether it was done."));
    }
}
