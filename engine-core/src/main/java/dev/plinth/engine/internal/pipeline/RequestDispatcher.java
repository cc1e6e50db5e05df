package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.CutSecrets;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Lets requests in, leads each through the {@link Pipeline} on the right thread, and hands its answer out. Thread-safe. */
public final class RequestDispatcher {
    private final PipelineParts parts;
    private final AdmissionControl admission;
    private final RequestRecorder recorder;
    private final Pipeline pipeline;
    private final WaitingCalls waiting;
    private final AnswerGate answerGate;
    private final IdempotentRunner idempotentRunner;
    private final DrainGate drainGate = new DrainGate();
    private final ReplyTo workers;

    /** Dispatches to a pipeline of these parts. */
    public RequestDispatcher(PipelineParts parts) {
        this.parts = parts;
        this.admission = new AdmissionControl(parts.store(), parts.access(), parts.quotas());
        this.recorder = new RequestRecorder(parts.store(), admission, parts.log(), parts.requestMetrics());
        this.pipeline = new Pipeline(parts, admission, recorder);
        this.waiting = pipeline.waiting();
        this.answerGate = new AnswerGate(parts.store());
        this.idempotentRunner = new IdempotentRunner(parts);
        this.workers = new ReplyTo(new Completions(parts.executor()), new OpenWaits());
    }

    /** Has durable changes end the waits of calls. */
    public void register() {
        waitRegistry().register(parts.store(), parts.executor());
    }

    WaitRegistry waitRegistry() {
        return waiting.registry();
    }

    /** Returns the default way of answers: continuations run on the executor of the parts. */
    public ReplyTo workers() {
        return workers;
    }

    /**
     * Answers a request on the caller's thread; returns when the answer is durable.
     *
     * @throws IllegalStateException on a thread of the engine's own
     */
    public Answer call(Request request) {
        parts.store().checkMayWait();
        if (!drainGate.enter()) {
            return refuseDraining(newCall(request, false));
        }
        try {
            RequestContext call = newCall(request, true);
            observe(call);
            return callInside(call, null);
        } finally {
            drainGate.leave();
        }
    }

    /**
     * Refuses to let a thread of the engine's own wait for an answer.
     *
     * @throws IllegalStateException on such a thread
     */
    public void checkMayWait() {
        parts.store().checkMayWait();
    }

    /** Answers a request without waiting for the disk on the caller's thread. */
    public CompletableFuture<Answer> submit(Request request, ReplyTo to) {
        return submit(new PendingRequest(newCall(request, request.route().runsHostCode()), null), to);
    }

    /**
     * Evaluates the headers of a request: steps 3, 4 and 5. The units are taken now. Key and workspace are checked again
     * when the body is there. The thread never sleeps on the writer lock, because another one goes on then.
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

    /**
     * Evaluates the headers of a request as {@link #arrive} does, on a thread that is to wait for the answer.
     *
     * @throws IllegalStateException on a thread of the engine's own
     */
    public PendingRequest arriveToCall(Request request) {
        parts.store().checkMayWait();
        return arrive(request);
    }

    /** Answers a request that has arrived, as {@link #call(Request)} does. */
    public Answer call(PendingRequest pending) {
        RequestContext call = pending.call();
        if (!drainGate.enter()) {
            return refuseDraining(call);
        }
        try {
            call.maySleep = true;
            call.nowMillis = parts.store().answers().nowMillis(); // the body may have taken its time
            observe(call);
            return callInside(call, pending.refused());
        } finally {
            drainGate.leave();
        }
    }

    /** Answers a request that has arrived, as {@link #submit(Request, ReplyTo)} does. */
    public CompletableFuture<Answer> submit(PendingRequest pending, ReplyTo to) {
        if (!drainGate.enter()) {
            return CompletableFuture.completedFuture(refuseDraining(pending.call()));
        }
        try {
            pending.call().waits = to.waits();
            pending.call().nowMillis = parts.store().answers().nowMillis(); // the body may have taken its time
            return submitInside(pending, to);
        } catch (RuntimeException | Error e) {
            drainGate.leave();
            throw e;
        }
    }

    /**
     * Answers with the next part of a stream. The caller is admitted again, and charged for the bytes. Nothing is counted
     * or logged. The thread never sleeps on the writer lock, because another one goes on then.
     *
     * @param sent the bytes of the parts before
     * @return a page; any other outcome ends the stream
     */
    public CompletableFuture<Answer> follow(Request request, Command.StreamQuery rest, StreamBytes sent, ReplyTo to) {
        RequestContext call = newCall(request, false);
        call.command = rest;
        call.isPart = true;
        call.hasTakenUnits = sent.cost() > 0;
        call.isLater = true;
        call.maySleep = false;
        call.waits = to.waits();
        if (!drainGate.enter()) {
            return CompletableFuture.completedFuture(recorder.refuse(call, admission.draining()));
        }
        return handOut(await(call, pipeline.executePart(call)), to, answer -> recorder.leavePart(call, sent, answer));
    }

    /**
     * Runs work of the host once under a key, on this thread.
     *
     * @return what it gave, now or the first time
     * @throws RefusedException if the key is malformed, in use or used for something else. Also if there is no active
     *     workspace of this id, and while the engine drains
     */
    public byte[] once(Id request, Id workspace, String key, String fingerprint, Supplier<byte[]> work) {
        return inside(() -> idempotentRunner.once(request, workspace, key, fingerprint, work));
    }

    /**
     * Runs work of the host that calls the engine, on this thread, as one call that a drain waits for.
     *
     * @throws RefusedException while the engine drains
     */
    public <T extends @Nullable Object> T inside(Supplier<? extends T> work) {
        parts.store().checkMayWait();
        if (!drainGate.enter()) {
            throw new RefusedException(admission.draining());
        }
        try {
            return work.get();
        } finally {
            drainGate.leave();
        }
    }

    /** Refuses all that comes from now on, because the engine shuts down. */
    public void beginDrain() {
        beginDrain(Refusal.shuttingDown());
    }

    /** Refuses all that comes from now on, for this reason. */
    public void beginDrain(Refusal why) {
        admission.close(why);
        drainGate.close();
    }

    /**
     * Answers at once all calls that wait for something to happen, and waits in real time until all calls have been answered.
     *
     * @return how many calls are left; a call whose continuation runs is counted too
     */
    public long drain(long timeoutMillis) {
        waiting.end();
        return drainGate.awaitEmpty(timeoutMillis) ? 0 : drainGate.inside();
    }

    /** Returns a fresh id for a request. */
    public Id newRequestId() {
        return newRequestId(parts.store().nowMillis());
    }

    private Id newRequestId(long nowMillis) {
        return Id.next(parts.ids(), IdKind.REQUEST, nowMillis);
    }

    private RequestContext newCall(Request request, boolean mayWait) {
        long now = parts.store().answers().nowMillis();
        return new RequestContext(request, newRequestId(now), now, parts.idempotency(), mayWait, workers.waits());
    }

    /** Has the observer learn of a call whose evaluation begins. */
    private void observe(RequestContext call) {
        Observers observers = parts.observers();
        if (observers.isEmpty()) {
            return;
        }
        Request request = call.request;
        Observers.Observed observed = observers.begin(() -> new Observers.OfCall(
                call.id.text(),
                request.method(),
                request.route().path(),
                CutSecrets.inPath(request.path()),
                Optional.ofNullable(request.scheme()),
                Optional.ofNullable(request.headers().host()),
                Optional.ofNullable(call.trace)));
        if (observed != null) {
            call.observed = observed;
            call.trace = observed.trace(call.trace);
        }
    }

    private Answer refuseDraining(RequestContext call) {
        observe(call);
        return recorder.leave(call, (Answer) pipeline.execute(call)); // it ends at admission
    }

    private Answer callInside(RequestContext call, @Nullable PipelineResult refused) {
        try {
            PipelineResult result = refused == null ? pipeline.execute(call) : refused;
            Answer ready = answerGate.ready(result);
            return recorder.leave(call, ready == null ? await(call, result).join() : ready);
        } finally {
            call.leave();
        }
    }

    private CompletableFuture<Answer> submitInside(PendingRequest pending, ReplyTo to) {
        RequestContext call = pending.call();
        try {
            observe(call); // on this thread, whose span is the cause
            PipelineResult refused = pending.refused();
            if (refused == null && call.mayWait) {
                call.maySleep = true;
                return handOut(
                        CompletableFuture.supplyAsync(() -> callInside(call, null), parts.executor()),
                        to,
                        answer -> answer);
            }
            PipelineResult result = refused == null ? pipeline.execute(call) : refused;
            Answer ready = answerGate.ready(result);
            if (ready == null) {
                return handOut(await(call, result), to, answer -> recorder.leave(call, answer));
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

    /** Returns the answer once it may be given. Then the call's place is free, and so is its key unless a row remembers it. */
    private CompletableFuture<Answer> await(RequestContext call, PipelineResult result) {
        CompletableFuture<Answer> durable = result instanceof Answer answer
                ? answerGate.await(call, answer)
                : waiting.await(call, result).thenCompose(next -> answerGate.await(call, next));
        return durable.whenComplete((answer, error) -> {
            call.end();
            call.leave();
        });
    }

    /**
     * Hands an answer out. The call is inside until all stages chained to the answer have run, so that a drain waits for
     * them too.
     *
     * @param last handles the answer before it leaves
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
}
