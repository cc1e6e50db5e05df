package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.api.IdSource;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.metrics.RequestMetrics;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.requestlog.LogEntry;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.View;
import dev.plinth.engine.internal.store.WriterBusyException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The way of a request through the rooms. {@link #execute} is the architecture; the numbers are the steps of the contract's
 * order of evaluation, and each room may end the way with the statuses beside it.
 */
public final class Pipeline {
    private final Parts parts;
    private final AdmissionControl admission;
    private final QueryRunner queries;
    private final PauseFactory pauses;
    private final AnswerGate answerGate;
    private final IdempotentRunner idempotentRunner;
    private final RequestRecorder recorder;
    private final DrainGate drainGate = new DrainGate();
    private final ReplyTo workers;

    /**
     * The rooms.
     *
     * @param visibility tells whether a caller still sees what a replay would show
     * @param log keeps what was answered
     * @param tally counts what was answered
     * @param executor runs what may take long, so that {@link #submit} never blocks
     */
    public record Parts(
            Store store,
            EngineClock clock,
            IdSource ids,
            Access access,
            Quotas quotas,
            Idempotency idempotency,
            Commits commits,
            WaitRegistry waitRegistry,
            Visibility visibility,
            RequestLog log,
            RequestMetrics requestMetrics,
            Executor executor) {}

    /** Refuses what a caller does not see. */
    @FunctionalInterface
    public interface Visibility {
        /** Throws {@code RefusedException} with 404 unless the caller sees the resource. */
        void check(Context context, Id resource);
    }

    /** A pipeline through these rooms. */
    public Pipeline(Parts parts) {
        this.parts = parts;
        this.admission = new AdmissionControl(parts.store(), parts.access(), parts.quotas());
        this.answerGate = new AnswerGate(parts.store(), parts.executor());
        this.idempotentRunner = new IdempotentRunner(parts);
        this.queries = new QueryRunner(parts.store(), parts.commits());
        this.pauses = new PauseFactory(parts.store(), parts.waitRegistry(), queries);
        this.recorder = new RequestRecorder(parts.store(), admission, parts.log(), parts.requestMetrics());
        this.workers = new ReplyTo(new Completions(parts.executor()), new OpenWaits());
    }

    /** The default way of answers: continuations run on the executor of the parts. */
    public ReplyTo workers() {
        return workers;
    }

    /**
     * Answers a request on the caller's thread; returns when the answer is durable.
     *
     * @throws IllegalStateException on a thread of the engine's own
     */
    public Answer call(Request request) {
        parts.store.checkMayWait();
        if (!drainGate.enter()) {
            return refuseDraining(newCall(request, false));
        }
        try {
            return callInside(newCall(request, true), workers.waits());
        } finally {
            drainGate.leave();
        }
    }

    /** Answers a request without ever blocking the caller's thread. */
    public CompletableFuture<Answer> submit(Request request) {
        return submit(request, workers);
    }

    /** Answers a request without ever blocking the caller's thread, and without running on a thread of the engine's own what is chained to the answer. */
    public CompletableFuture<Answer> submit(Request request, ReplyTo to) {
        return submit(new PendingRequest(newCall(request, request.route().runsHostCode()), null), to);
    }

    /**
     * Takes a request without its body as far as the headers lead: steps 3, 4 and 5. The units are taken now, and key and workspace are looked at
     * again when the body is there. The thread does not wait for the writer lock: another one goes on then.
     */
    public PendingRequest arrive(Request request) {
        RequestContext call = newCall(request, request.route().runsHostCode());
        call.maySleep = false;
        try {
            admission.access(call); // 3, 4: 401 403
            admission.quota(call); // 5: 429
            return new PendingRequest(call, null);
        } catch (RefusedException refused) {
            return new PendingRequest(call, recorder.refuse(call, refused.refusal()));
        } catch (RuntimeException | Error e) {
            return new PendingRequest(call, recorder.fail(call, e));
        }
    }

    /** Answers a request that has arrived, as {@link #submit(Request, ReplyTo)} does. */
    public CompletableFuture<Answer> submit(PendingRequest pending, ReplyTo to) {
        if (!drainGate.enter()) {
            return CompletableFuture.completedFuture(refuseDraining(pending.call()));
        }
        try {
            return submitInside(pending, to);
        } catch (RuntimeException | Error e) {
            drainGate.leave();
            throw e;
        }
    }

    /**
     * Runs work of the host once under a key, on this thread.
     *
     * @return what it gave, now or the first time
     * @throws RefusedException if the key is no key, in use, or used for something else; if there is no such workspace, or it is
     *     suspended; and while the engine drains
     */
    public byte[] once(Id request, Id workspace, String key, String fingerprint, Supplier<byte[]> work) {
        parts.store.checkMayWait();
        if (!drainGate.enter()) {
            throw new RefusedException(AdmissionControl.draining());
        }
        try {
            return idempotentRunner.once(request, workspace, key, fingerprint, work);
        } finally {
            drainGate.leave();
        }
    }

    /** Refuses all that comes from now on. */
    public void beginDrain() {
        admission.close();
        drainGate.close();
    }

    /**
     * Answers at once whoever waits for something to happen, and waits in real time until all calls have been answered.
     *
     * @return how many calls are left; one whose continuation runs is one of them
     */
    public long drain(long timeoutMillis) {
        answerGate.end();
        return drainGate.awaitEmpty(timeoutMillis) ? 0 : drainGate.inside();
    }

    /** A fresh id for a request. */
    public Id newRequestId() {
        IdSource.Bits bits = parts.ids.next(IdKind.REQUEST.prefix(), parts.store.nowMillis());
        return new Id(IdKind.REQUEST, bits.high(), bits.low());
    }

    /**
     * The next part of an answer that is a stream. Who asks is let in again as at the first time, and nothing is counted, charged or
     * written down.
     *
     * @return a page; what else comes ends the stream
     */
    public CompletableFuture<Answer> follow(Request request, Command.LongPollQuery rest, ReplyTo to) {
        if (!drainGate.enter()) {
            return CompletableFuture.completedFuture(
                    recorder.refuse(newCall(request, false), AdmissionControl.draining()));
        }
        PipelineResult part = nextPart(request, rest, newCall(request, false));
        return handOut(answerGate.await(part, to.waits()), to, answer -> answer);
    }

    /** Waits until there is something to show, or until nothing was for as long as a stream may be silent. */
    private PipelineResult nextPart(Request request, Command.LongPollQuery rest, RequestContext first) {
        RequestContext call = newCall(request, false);
        try {
            admission.access(call); // 3, 4: 401 403
            admission.scope(call); // 7: 403
            Command.LongPollQuery query = stillAllowed(call, rest);
            long millis = TimeUnit.SECONDS.toMillis(Limits.STREAM_SILENCE_SECONDS_MAX) - first.millis();
            return millis > 0
                    ? pauses.forAnswer(call, query, millis, () -> nextPart(request, rest, first))
                    : queries.answer(call, query);
        } catch (RefusedException refused) {
            return recorder.refuse(call, refused.refusal());
        } catch (RuntimeException | Error e) {
            return recorder.fail(call, e);
        }
    }

    /** Admission knows of a revocation once it is durable, rows show what came behind it before. */
    private static Command.LongPollQuery stillAllowed(RequestContext call, Command.LongPollQuery query) {
        return new Command.LongPollQuery() {
            @Override
            public Outcome answer(Context context) {
                call.checkStillAllowed(context.rows());
                return query.answer(context);
            }

            @Override
            public Command.@Nullable Wait wait(Context context) {
                return query.wait(context);
            }
        };
    }

    private Answer refuseDraining(RequestContext call) {
        Answer answer = (Answer) execute(call); // it ends at admission
        call.end();
        return recorder.leave(call, answer);
    }

    private Answer callInside(RequestContext call, OpenWaits waits) {
        try {
            PipelineResult result = execute(call);
            Answer ready = answerGate.ready(result);
            return recorder.leave(
                    call, ready == null ? await(call, result, waits).join() : ready);
        } finally {
            call.leave();
        }
    }

    private CompletableFuture<Answer> submitInside(PendingRequest pending, ReplyTo to) {
        RequestContext call = pending.call();
        try {
            PipelineResult turned = pending.turned();
            if (turned == null && call.mayWait) {
                call.maySleep = true;
                return handOut(
                        CompletableFuture.supplyAsync(() -> callInside(call, to.waits()), parts.executor),
                        to,
                        answer -> answer);
            }
            PipelineResult result = turned == null ? execute(call) : turned;
            Answer ready = answerGate.ready(result);
            if (ready == null) {
                return handOut(await(call, result, to.waits()), to, answer -> recorder.leave(call, answer));
            }
            Answer departed = recorder.leave(call, ready);
            call.leave();
            drainGate.leave();
            return CompletableFuture.completedFuture(departed);
        } catch (RuntimeException | Error e) {
            call.end();
            call.leave();
            throw e;
        }
    }

    /**
     * Hands an answer out. The call is inside until all that was chained to the answer has run, so that a drain waits for that too.
     *
     * @param last what is done with the answer before anybody has it
     */
    private CompletableFuture<Answer> handOut(
            CompletableFuture<Answer> answer, ReplyTo to, UnaryOperator<Answer> last) {
        CompletableFuture<Answer> out = new CompletableFuture<>();
        answer.whenComplete((value, error) -> to.run(() -> {
            try {
                if (error == null) {
                    out.complete(last.apply(value));
                } else {
                    out.completeExceptionally(error);
                }
            } catch (RuntimeException | Error e) {
                out.completeExceptionally(e);
            } finally {
                drainGate.leave();
            }
        }));
        return out;
    }

    /** However the wait ends, its place is free then, and so is the key, unless its outcome is remembered. */
    private CompletableFuture<Answer> await(RequestContext call, PipelineResult result, OpenWaits waits) {
        return answerGate.await(result, waits).whenComplete((answer, error) -> {
            call.end();
            call.leave();
        });
    }

    private RequestContext newCall(Request request, boolean mayWait) {
        return new RequestContext(request, newRequestId(), parts.idempotency, mayWait); // 1; 2 is the wire's router
    }

    private PipelineResult execute(RequestContext call) {
        try {
            admission.access(call); // 3, 4: 401 403
            admission.quota(call); // 5: 429
            admission.place(call); // 5: 429
            admission.read(call); // 6: 413 415
            admission.scope(call); // 7: 403
            return fromIdempotencyOn(call);
        } catch (RefusedException refused) {
            return recorder.refuse(call, refused.refusal());
        } catch (WriterBusyException busy) {
            return moveOver(call);
        } catch (RuntimeException | Error e) {
            return recorder.fail(call, e);
        } finally {
            endUnlessPausing(call);
        }
    }

    /** Goes on with a thread that may wait for the writer lock: the one that came with the call may serve others meanwhile. */
    private PipelineResult moveOver(RequestContext call) {
        PipelineResult move = new PipelineResult.Move(() -> again(call));
        call.pauses = true; // last: who breaks off before it leaves the key free
        return move;
    }

    /** The second half of the way; who waited for a twin enters here again. */
    private PipelineResult fromIdempotencyOn(RequestContext call) {
        PipelineResult known = idempotency(call); // 8: replay 409 422 400
        if (known != null) {
            return known;
        }
        call.request.admitted(call.caller.workspace(), parts.commits.cipher());
        Command command = call.request.route().decoder().decode(call.request); // 9: 400 422
        call.noteExecuted();
        if (command instanceof Command.Query query) {
            return ask(call, query); // 10, 11: 404 403 304
        }
        if (command instanceof Command.HostCall host) {
            command = run(call, host); // 10, 12, and the host's own 422
        }
        if (command instanceof Command.LongPollChange patient) {
            return commitPatiently(call, patient);
        }
        if (command instanceof Command.CostlyChange costly) {
            return commitCostly(call, costly);
        }
        Answer answer = commit(call, (Command.Change) command);
        return command instanceof Command.DeferredChange change ? pauses.forRest(call, change, answer) : answer;
    }

    /** Charges for the work once it has begun. A refusal and a replay cost what their call has taken. */
    private Answer commitCostly(RequestContext call, Command.CostlyChange change) {
        long units = queries.read(call, rows -> change.units(queries.context(call, rows)));
        Answer answer = commit(call, change);
        if (!(answer.outcome() instanceof Outcome.Done)) {
            return answer;
        }
        admission.charge(call, units);
        return answer.with(call.quota);
    }

    private Answer commit(RequestContext call, Command.Change change) {
        Commits.Committed committed = call.mayWait // 10–13: 404 403 412 409 503
                ? parts.commits.commit(call.caller, change, call)
                : parts.commits.commitNow(call.caller, change, call, call.maySleep);
        return call.answer(committed.outcome(), committed.sequence()); // 14, once durable
    }

    /** Somebody else may be quicker between the last look and the lock; then there is nothing to change yet, and it waits on. */
    private PipelineResult commitPatiently(RequestContext call, Command.LongPollChange change) {
        while (true) {
            PipelineResult pause = pauses.forChange(call, change, () -> again(call));
            if (pause != null) {
                return pause;
            }
            try {
                return commit(call, context -> {
                    Command.Wait wait = change.wait(context);
                    if (wait != null && PauseFactory.millisLeft(call, wait) > 0) {
                        throw new NothingYet();
                    }
                    return change.decide(context);
                });
            } catch (NothingYet quicker) {
                continue;
            }
        }
    }

    /** Leaves the writer lock with nothing written. */
    private static final class NothingYet extends RuntimeException {
        private static final long serialVersionUID = 1;

        NothingYet() {
            super(null, null, false, false);
        }
    }

    /**
     * Runs the host's code, which may act on what it is shown: so that is durable. A refusal is decided like any other, so the key
     * remembers it.
     */
    private Command.Change run(RequestContext call, Command.HostCall host) {
        Context context = queries.context(call, parts.store.viewToAct());
        try {
            if (call.claim != null) {
                parts.commits.requireRoom();
            }
            return host.run(context);
        } catch (RefusedException refused) {
            Id shared = context.sharedResource();
            return later -> {
                if (shared != null) {
                    later.showsShared(shared);
                }
                throw refused;
            };
        }
    }

    private @Nullable PipelineResult idempotency(RequestContext call) {
        String header = call.request.headers().idempotencyKey();
        if (header == null && call.request.route().demands().contains(Route.Demand.IDEMPOTENCY_KEY)) {
            throw IdempotencyKeys.missing();
        }
        if (header == null || call.claim != null || !call.request.route().mutates()) {
            return null;
        }
        String key = IdempotencyKeys.read(header);
        call.key = key;
        View view = parts.store.viewToAnswer();
        Idempotency.ClaimResult claimResult = parts.idempotency.begin(
                view, parts.store.nowMillis(), call.caller.workspace(), key, IdempotencyKeys.fingerprint(call.request));
        if (claimResult instanceof Idempotency.KeyClaim claim) {
            call.claim = claim;
            return null;
        }
        if (claimResult instanceof Idempotency.Replay replay) {
            call.use = LogEntry.KeyUse.REPLAYED;
            return replay(call, replay, view);
        }
        if (claimResult instanceof Idempotency.InUse inUse) {
            call.use = LogEntry.KeyUse.IN_USE;
            return inUse(call, inUse);
        }
        call.use = LogEntry.KeyUse.MISMATCH;
        return call.answer(new Outcome.Refused(IdempotencyKeys.reused()), view.highest());
    }

    /**
     * What was shown by virtue of a share is not shown again once the share is gone: 404. The secret of a key is only shown to who could
     * have been given it: 403. A replay costs one unit.
     */
    private PipelineResult replay(RequestContext call, Idempotency.Replay replay, View view) {
        admission.refundReplay(call);
        if (replay.secret()) {
            Keys.checkMayBeShown(call.caller, replay.outcome().body());
        }
        Id shared = replay.sharedResource();
        if (shared != null) {
            parts.visibility.check(queries.context(call, view), shared);
        }
        return call.answer(replay.outcome(), view.highest());
    }

    private PipelineResult inUse(RequestContext call, Idempotency.InUse inUse) {
        Answer refused = recorder.refuse(call, IdempotencyKeys.inUse());
        return pauses.forTwin(call, refused, inUse.end(), () -> again(call));
    }

    private static void endUnlessPausing(RequestContext call) {
        if (!call.pauses) {
            call.end();
        }
    }

    private PipelineResult again(RequestContext call) {
        call.pauses = false;
        call.maySleep = true;
        try {
            admission.accessAgain(call);
            call.checkStillAllowed(parts.store.viewToAnswer());
            return fromIdempotencyOn(call);
        } catch (RefusedException refused) {
            return recorder.refuse(call, refused.refusal());
        } catch (RuntimeException | Error e) {
            return recorder.fail(call, e);
        } finally {
            endUnlessPausing(call);
        }
    }

    private PipelineResult ask(RequestContext call, Command.Query query) {
        return query instanceof Command.LongPollQuery patient
                ? pauses.forAnswer(call, patient, Long.MAX_VALUE, () -> askAgain(call, patient))
                : queries.answer(call, query);
    }

    private Answer askAgain(RequestContext call, Command.Query query) {
        return queries.answer(call, new Command.Query() {
            @Override
            public Outcome answer(Context context) {
                admission.accessAgain(call);
                call.checkStillAllowed(context.rows());
                return query.answer(context);
            }

            @Override
            public boolean isRowByRow() {
                return query.isRowByRow();
            }
        });
    }
}
