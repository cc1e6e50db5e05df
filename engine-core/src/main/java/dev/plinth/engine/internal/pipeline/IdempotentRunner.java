package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.idempotency.Fingerprint;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.store.View;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Runs work of the host that is no request once under an idempotency key, and remembers what came of it. The keys are those of
 * the wire: a key that a request has used is used here too.
 */
final class IdempotentRunner {
    private static final String METHOD = "HOST"; // no method of HTTP, so no request has the same fingerprint

    private final PipelineParts parts;

    IdempotentRunner(PipelineParts parts) {
        this.parts = parts;
    }

    /** Runs the work or finds its first result, and returns once that is durable. */
    byte[] once(Id request, Id workspace, String sentKey, String fingerprint, Supplier<byte[]> work) {
        String key = IdempotencyKeys.read(sentKey);
        Access.checkActive(parts.store(), workspace);
        View view = parts.store().viewToAnswer();
        long now = parts.store().answers().nowMillis();
        Idempotency.ClaimResult claimResult = parts.idempotency()
                .begin(
                        view,
                        now,
                        workspace,
                        key,
                        Fingerprint.of(METHOD, "", null, fingerprint.getBytes(StandardCharsets.UTF_8)));
        if (claimResult instanceof Idempotency.KeyClaim claim) {
            try {
                return run(request, workspace, claim, work);
            } finally {
                parts.idempotency().end(claim);
            }
        }
        if (claimResult instanceof Idempotency.InUse) {
            parts.store().answers().await(0, now);
            throw new RefusedException(IdempotencyKeys.inUse());
        }
        parts.store().answers().await(view.highest(), now);
        if (claimResult instanceof Idempotency.Replay replay) {
            return replay.outcome().body();
        }
        throw new RefusedException(IdempotencyKeys.reused());
    }

    private byte[] run(Id request, Id workspace, Idempotency.KeyClaim claim, Supplier<byte[]> work) {
        parts.commits().requireRoom();
        byte[] result = work.get();
        if (result.length > Limits.HOST_RESULT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "A result may have " + Limits.HOST_RESULT_BYTES_MAX + " bytes, and this one has " + result.length
                            + "; the key is free again. Store the result elsewhere and return its address.");
        }
        Command.Change remember = context -> {
            if (!Access.exists(context.rows(), workspace)) {
                throw new RefusedException(Refusal.notFound());
            }
            return Decision.of(new Changes(), Outcome.Done.ok(result));
        };
        Outcome outcome;
        try {
            outcome = parts.commits()
                    .commitToAnswer(
                            AdmittedCaller.trusted(Caller.engineFor(workspace)),
                            remember,
                            (context, changes, end) -> remember(claim, request, context, changes, end));
        } catch (RefusedException lost) {
            throw forCaller(lost.refusal());
        }
        if (outcome instanceof Outcome.Refused refused) {
            throw forCaller(refused.refusal());
        }
        return result;
    }

    /** Returns the refusal that the caller gets if the result of work that has run cannot be remembered. */
    private static RefusedException forCaller(Refusal refusal) {
        return refusal.isOfEndedEngine()
                ? RefusedException.of(
                        ProblemCode.OUTCOME_UNKNOWN,
                        "The engine closed, or another node leads, since the work ran, and its result is not remembered. Repeat the call with the same key, which runs the work again.")
                : new RefusedException(refusal);
    }

    /** Remembers a result; a refusal leaves the key free. */
    private void remember(Idempotency.KeyClaim claim, Id request, Context context, Changes changes, Outcome outcome) {
        if (outcome instanceof Outcome.Done done) {
            parts.idempotency().remember(claim, changes, context, request, done);
        }
    }
}
