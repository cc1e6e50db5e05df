package dev.plinth.engine.internal.host;

import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.UnitOfWork;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.RandomPause;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.command.HostEffects;
import dev.plinth.engine.internal.command.RecordedEffects;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.store.Store;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs units of work, and commits each under the condition that nothing has changed that it has read. A unit that
 * conflicts runs again. Thread-safe.
 */
public final class UnitsOfWork {
    private final Parts parts;
    private final ProblemJson problems;

    /** The parts of the engine that units of work need. */
    public record Parts(
            Store store,
            Commits commits,
            Access access,
            RequestDispatcher dispatcher,
            Function<String, PlinthClient> clients,
            Supplier<RecordedEffects> recorders) {}

    public UnitsOfWork(Parts parts, ProblemJson problems) {
        this.parts = parts;
        this.problems = problems;
    }

    public <T extends @Nullable Object> T run(String workspaceId, Function<? super UnitOfWork, ? extends T> work) {
        Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
        Objects.requireNonNull(work, "work must not be null.");
        Id request = parts.dispatcher().newRequestId();
        try {
            Id workspace = Id.parse(IdKind.WORKSPACE, workspaceId);
            if (workspace == null) {
                throw new RefusedException(Refusal.notFound());
            }
            return parts.dispatcher().inside(() -> this.<T>untilCommitted(workspace, work));
        } catch (RefusedException refused) {
            Refusal refusal = refused.refusal();
            // Without a key, a repeated unit may happen twice after an unknown outcome.
            boolean retryable = refusal.retryable() && refusal.code() != ProblemCode.OUTCOME_UNKNOWN;
            throw IdempotentWork.exception(problems, refusal, request, retryable);
        }
    }

    private <T extends @Nullable Object> T untilCommitted(
            Id workspace, Function<? super UnitOfWork, ? extends T> work) {
        String changed = "";
        for (int i = 0; i < Limits.UNIT_OF_WORK_TRIES_MAX; i++) {
            RandomPause.after(i);
            Access.checkActive(parts.store(), workspace);
            RunningUnit unit = new RunningUnit(
                    workspace.text(),
                    parts.clients().apply(workspace.text()),
                    parts.recorders().get());
            T result;
            try {
                result = work.apply(unit);
            } catch (RuntimeException e) {
                // It may have failed only because it read rows of different times.
                HostEffects.Conflict early = conflict(workspace, unit);
                if (early == null) {
                    throw e;
                }
                changed = early.read().text();
                continue;
            } finally {
                HostEffects unused = unit.end();
            }
            Outcome outcome = commit(workspace, unit, unit.end());
            if (outcome instanceof Outcome.Refused refused) {
                throw new RefusedException(refused.refusal());
            }
            if (!(outcome instanceof HostEffects.Conflict conflict)) {
                return result;
            }
            changed = conflict.read().text();
        }
        throw new RefusedException(conflicted(changed));
    }

    /** Returns what has changed that a unit has read; null if nothing has, or if an ended engine cannot tell any more. */
    private HostEffects.@Nullable Conflict conflict(Id workspace, RunningUnit unit) {
        try {
            return commit(workspace, unit, HostEffects.none()) instanceof HostEffects.Conflict conflict
                    ? conflict
                    : null;
        } catch (RefusedException ended) {
            return null;
        }
    }

    /** Commits effects if nothing has changed that the unit has read. */
    private Outcome commit(Id workspace, RunningUnit unit, HostEffects effects) {
        return parts.commits()
                .commitToAnswer(Caller.engineFor(workspace), effects.ifCurrent(unit.reads(), author(workspace)));
    }

    private UnaryOperator<Context> author(Id workspace) {
        return context -> {
            Access.checkActive(context.rows(), workspace);
            return context.as(parts.access().authenticateHost(workspace, context.rows()));
        };
    }

    private static Refusal conflicted(String changed) {
        Refusal refusal = Refusal.of(
                ProblemCode.PRECONDITION_FAILED,
                "The unit of work ran " + Limits.UNIT_OF_WORK_TRIES_MAX + " times, and others changed what it had read"
                        + " each time, at last " + changed + "; nothing was changed. Try again later.");
        return new Refusal(
                refusal.code(),
                refusal.detail(),
                refusal.errors(),
                refusal.retryAfterSeconds(),
                refusal.hint(),
                true,
                refusal.remembered(),
                refusal.operation());
    }
}
