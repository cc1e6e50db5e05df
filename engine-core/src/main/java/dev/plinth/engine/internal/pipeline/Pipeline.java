package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.LoggedRequest.KeyUse;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.store.View;
import dev.plinth.engine.internal.store.WriterBusyException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates requests. {@link #execute} is the architecture. Comments number the steps of the contract's order of
 * evaluation, and name the statuses with which a step may end it. Thread-safe.
 */
final class Pipeline {
    private final PipelineParts parts;
    private final AdmissionControl admission;
    private final RequestRecorder recorder;
    private final QueryRunner queries;
    private final WaitingCalls waiting;

    Pipeline(PipelineParts parts, AdmissionControl admission, RequestRecorder recorder) {
        this.parts = parts;
        this.admission = admission;
        this.recorder = recorder;
        this.queries = new QueryRunner(parts.store(), parts.commits());
        this.waiting = new WaitingCalls(parts, queries, this::executeAgain, admission::draining);
    }

    /** Returns the calls that wait, and go on by {@link #executeAgain}. */
    WaitingCalls waiting() {
        return waiting;
    }

    /** Evaluates a request. Its id, 1, and its route, 2, are known. */
    PipelineResult execute(RequestContext call) {
        return evaluate(call, () -> {
            admission.access(call); // 3, 4: 401 403
            admission.quota(call); // 5: 429
            admission.place(call); // 5: 429
            admission.read(call); // 6: 413 415
            admission.scope(call); // 7: 403
            return fromIdempotencyOn(call);
        });
    }

    /** Evaluates a further part of a stream. It is admitted like a request, but not counted. It waits for units. */
    PipelineResult executePart(RequestContext call) {
        return evaluate(call, () -> {
            admission.access(call); // 3, 4: 401 403
            admission.scope(call); // 7: 403
            PipelineResult pause = waiting.pauseForUnits(call, admission.secondsToUnits(call));
            return pause == null ? fromIdempotencyOn(call) : pause;
        });
    }

    /** Evaluates a request whose wait has ended. */
    private PipelineResult executeAgain(RequestContext call) {
        call.nowMillis = parts.store().answers().nowMillis();
        call.maySleep = true;
        call.isLater = true;
        return call.isPart
                ? executePart(call)
                : evaluate(call, () -> {
                    admission.accessAgain(call); // 3, 4, 7: 401 403
                    return fromIdempotencyOn(call);
                });
    }

    /** Runs steps, and makes an answer of a failure. A request that pauses or moves keeps its idempotency key in use. */
    private PipelineResult evaluate(RequestContext call, Supplier<PipelineResult> steps) {
        PipelineResult result = null;
        try {
            result = steps.get();
        } catch (RefusedException refused) {
            result = recorder.refuse(call, call.forCaller(refused.refusal()));
        } catch (WriterBusyException | NothingToDoException inTheWay) {
            result = new PipelineResult.Move();
        } catch (RuntimeException | Error e) {
            result = recorder.fail(call, e);
        } finally {
            if (result == null || result instanceof Answer) {
                call.end();
            }
        }
        return result;
    }

    private PipelineResult fromIdempotencyOn(RequestContext call) {
        PipelineResult known = idempotency(call); // 8: replay 409 422 400
        if (known != null) {
            return known;
        }
        Command command = command(call); // 9: 400 422
        PipelineResult pause = command instanceof Command.LongPoll poll ? waiting.pauseOf(call, poll) : null;
        if (pause != null) {
            return pause;
        }
        if (command instanceof Command.Query query) {
            return queries.answer(call, query); // 10, 11: 404 403 304
        }
        if (command instanceof Command.HostCall host) {
            command = run(call, host); // 10, 12, and the host's own 422
        }
        if (command instanceof Command.LongPollChange change) {
            return commit(call, waiting.unlessTaken(call, change));
        }
        Answer answer = command instanceof Command.CostlyChange change
                ? commitCostly(call, change)
                : commit(call, (Command.Change) command);
        return command instanceof Command.DeferredChange change ? waiting.pauseForRest(call, change, answer) : answer;
    }

    private Command command(RequestContext call) {
        Command known = call.command;
        if (known != null) {
            call.step = EndedStep.IN_COMMAND;
            return known;
        }
        call.step = EndedStep.INPUT;
        call.request.admitted(
                call.id, call.key, call.caller.workspace(), parts.commits().cipher());
        Command command = call.request.route().decoder().decode(call.request);
        call.command = command;
        call.noteExecuted();
        call.step = EndedStep.IN_COMMAND;
        return command;
    }

    /** Decides and commits. The answer leaves once its record is durable: 14. */
    private Answer commit(RequestContext call, Command.Change change) {
        Command.Change traced = Command.in(call.trace, change);
        Committed committed = call.mayWait // 10–13: 404 403 412 409 503
                ? parts.commits().commit(call.admitted(), traced, call::remember)
                : parts.commits().commitNow(call.admitted(), traced, call::remember, call.maySleep);
        call.noteCaused(committed.changes());
        return call.answer(committed);
    }

    /**
     * Charges for the work once it has begun, where it is not paid before. A refusal and a replay then cost what their
     * call has taken.
     */
    private Answer commitCostly(RequestContext call, Command.CostlyChange change) {
        long units = queries.read(call, rows -> change.units(queries.context(call, rows)));
        if (change.isPaidBefore()) {
            admission.takeRest(call, units); // 422 429
            return commit(call, change);
        }
        Answer answer = commit(call, change);
        if (!(answer.outcome() instanceof Outcome.Done)) {
            return answer;
        }
        admission.charge(call, units);
        return answer.with(call.quota);
    }

    /**
     * Runs the host's code. It may act on the rows that it is shown, so they are durable. A refusal is decided like any
     * other, so that the idempotency key remembers it.
     */
    private Command.Change run(RequestContext call, Command.HostCall host) {
        Context context = queries.context(call, parts.store().viewToAct());
        Runnable left = Observers.enter(call.observed);
        try {
            if (call.claim != null) {
                parts.commits().requireRoom();
            }
            call.hasRunHostCode = true;
            return host.run(context, new Command.Origin(call.id, call.key));
        } catch (RefusedException refused) {
            List<Id> shared = context.sharedResources();
            return later -> {
                shared.forEach(later::showsShared);
                throw refused;
            };
        } catch (RuntimeException e) {
            PlinthException met = FatalErrors.find(PlinthException.class, e);
            boolean isEnding = admission.isClosed() || parts.store().hasEnded();
            if (!isEnding || met == null || !ProblemCode.isOfEndedEngine(met.code())) {
                throw e;
            }
            // An engine that closes, or a node that resigns, is no failure of the host's code.
            return later -> {
                throw new RefusedException(Refusal.shuttingDown());
            };
        } finally {
            left.run();
        }
    }

    private @Nullable PipelineResult idempotency(RequestContext call) {
        call.step = EndedStep.IDEMPOTENCY;
        String header = call.request.headers().idempotencyKey();
        if (header == null && call.request.route().demands().contains(Route.Demand.IDEMPOTENCY_KEY)) {
            throw IdempotencyKeys.missing();
        }
        if (header == null || call.claim != null || !call.request.route().mutates()) {
            return null;
        }
        String key = IdempotencyKeys.read(header);
        call.key = key;
        View view = parts.store().viewToAnswer();
        Idempotency.ClaimResult claimed = parts.idempotency()
                .begin(view, call.nowMillis, call.caller.workspace(), key, IdempotencyKeys.fingerprint(call.request));
        if (claimed instanceof Idempotency.KeyClaim claim) {
            call.claim = claim;
            return null;
        }
        if (claimed instanceof Idempotency.Replay replay) {
            call.use = KeyUse.REPLAYED;
            return replay(call, replay, view);
        }
        if (claimed instanceof Idempotency.InUse inUse) {
            call.use = KeyUse.IN_USE;
            return waiting.pauseForTwin(call, recorder.refuse(call, IdempotencyKeys.inUse()), inUse.end());
        }
        call.use = KeyUse.MISMATCH;
        return call.answer(new Outcome.Refused(IdempotencyKeys.reused()), view.highest());
    }

    /**
     * Repeats an answer, for one unit. A shared resource is not shown again once its share is gone: 404. A key's secret
     * is shown only to a caller with all scopes of that key: 403.
     */
    private Answer replay(RequestContext call, Idempotency.Replay replay, View view) {
        admission.refundReplay(call);
        if (replay.secret()) {
            Keys.checkMayBeShown(call.caller, replay.outcome().body());
        }
        for (Id shared : replay.sharedResources()) {
            parts.visibility().accept(queries.context(call, view), shared);
        }
        return call.answer(replay.outcome(), view.highest());
    }
}
