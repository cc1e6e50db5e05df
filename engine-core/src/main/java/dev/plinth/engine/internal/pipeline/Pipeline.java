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
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.metrics.RequestMetrics;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.requestlog.Entry;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.View;
import dev.plinth.engine.internal.store.WriterBusy;
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
    private final Entrance entrance;
    private final Reading reading;
    private final Waiting waiting;
    private final Patience patience;
    private final HostWork hostWork;
    private final Departure departure;
    private final Turnstile turnstile = new Turnstile();
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
            Waiters waiters,
            Visibility visibility,
            RequestLog log,
            RequestMetrics requestMetrics,
            Executor executor) {}

    /** Refuses what a caller does not see. */
    @FunctionalInterface
    public interface Visibility {
        /** Throws {@code Refused} with 404 unless the caller sees the resource. */
        void check(Context context, Id resource);
    }

    /** A pipeline through these rooms. */
    public Pipeline(Parts parts) {
        this.parts = parts;
        this.entrance = new Entrance(parts.store(), parts.access(), parts.quotas());
        this.patience = new Patience(parts.store(), parts.executor());
        this.hostWork = new HostWork(parts);
        this.reading = new Reading(parts.store(), parts.commits());
        this.waiting = new Waiting(parts.store(), parts.waiters(), reading);
        this.departure = new Departure(parts.store(), entrance, parts.log(), parts.requestMetrics());
        this.workers = new ReplyTo(new Completions(parts.executor()), new Waits());
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
        if (!turnstile.enter()) {
            return refuseDraining(passage(request, false));
        }
        try {
            return callInside(passage(request, true), workers.waits());
        } finally {
            turnstile.leave();
        }
    }

    /** Answers a request without ever blocking the caller's thread. */
    public CompletableFuture<Answer> submit(Request request) {
        return submit(request, workers);
    }

    /** Answers a request without ever blocking the caller's thread, and without running on a thread of the engine's own what is chained to the answer. */
    public CompletableFuture<Answer> submit(Request request, ReplyTo to) {
        return submit(new Arrival(passage(request, request.route().runsHostCode()), null), to);
    }

    /**
     * Takes a request without its body as far as the headers lead: steps 3, 4 and 5. The units are taken now, and key and workspace are looked at
     * again when the body is there. The thread does not wait for the writer lock: another one goes on then.
     */
    public Arrival arrive(Request request) {
        Passage passage = passage(request, request.route().runsHostCode());
        passage.maySleep = false;
        try {
            entrance.access(passage); // 3, 4: 401 403
            entrance.quota(passage); // 5: 429
            return new Arrival(passage, null);
        } catch (Refused refused) {
            return new Arrival(passage, departure.refuse(passage, refused.refusal()));
        } catch (RuntimeException | Error e) {
            return new Arrival(passage, departure.fail(passage, e));
        }
    }

    /** Answers a request that has arrived, as {@link #submit(Request, ReplyTo)} does. */
    public CompletableFuture<Answer> submit(Arrival arrival, ReplyTo to) {
        if (!turnstile.enter()) {
            return CompletableFuture.completedFuture(refuseDraining(arrival.passage()));
        }
        try {
            return submitInside(arrival, to);
        } catch (RuntimeException | Error e) {
            turnstile.leave();
            throw e;
        }
    }

    /**
     * Runs work of the host once under a key, on this thread.
     *
     * @return what it gave, now or the first time
     * @throws Refused if the key is no key, in use, or used for something else; if there is no such workspace, or it is
     *     suspended; and while the engine drains
     */
    public byte[] once(Id request, Id workspace, String key, String fingerprint, Supplier<byte[]> work) {
        parts.store.checkMayWait();
        if (!turnstile.enter()) {
            throw new Refused(Entrance.draining());
        }
        try {
            return hostWork.once(request, workspace, key, fingerprint, work);
        } finally {
            turnstile.leave();
        }
    }

    /** Refuses all that comes from now on. */
    public void beginDrain() {
        entrance.close();
        turnstile.close();
    }

    /**
     * Answers at once whoever waits for something to happen, and waits in real time until all calls have been answered.
     *
     * @return how many calls are left; one whose continuation runs is one of them
     */
    public long drain(long timeoutMillis) {
        patience.end();
        return turnstile.awaitEmpty(timeoutMillis) ? 0 : turnstile.inside();
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
    public CompletableFuture<Answer> follow(Request request, Command.PatientQuery rest, ReplyTo to) {
        if (!turnstile.enter()) {
            return CompletableFuture.completedFuture(departure.refuse(passage(request, false), Entrance.draining()));
        }
        Step part = nextPart(request, rest, passage(request, false));
        return handOut(patience.await(part, to.waits()), to, answer -> answer);
    }

    /** Waits until there is something to show, or until nothing was for as long as a stream may be silent. */
    private Step nextPart(Request request, Command.PatientQuery rest, Passage first) {
        Passage passage = passage(request, false);
        try {
            entrance.access(passage); // 3, 4: 401 403
            entrance.scope(passage); // 7: 403
            Command.PatientQuery query = stillAllowed(passage, rest);
            long millis = TimeUnit.SECONDS.toMillis(Limits.STREAM_SILENCE_SECONDS_MAX) - first.millis();
            return millis > 0
                    ? waiting.forAnswer(passage, query, millis, () -> nextPart(request, rest, first))
                    : reading.answer(passage, query);
        } catch (Refused refused) {
            return departure.refuse(passage, refused.refusal());
        } catch (RuntimeException | Error e) {
            return departure.fail(passage, e);
        }
    }

    /** The entrance knows of a revocation once it is durable, rows show what came behind it before. */
    private static Command.PatientQuery stillAllowed(Passage passage, Command.PatientQuery query) {
        return new Command.PatientQuery() {
            @Override
            public Outcome answer(Context context) {
                passage.checkStillAllowed(context.rows());
                return query.answer(context);
            }

            @Override
            public Command.@Nullable Wait wait(Context context) {
                return query.wait(context);
            }
        };
    }

    private Answer refuseDraining(Passage passage) {
        Answer answer = (Answer) execute(passage); // it ends at the entrance
        passage.end();
        return departure.leave(passage, answer);
    }

    private Answer callInside(Passage passage, Waits waits) {
        try {
            Step step = execute(passage);
            Answer ready = patience.ready(step);
            return departure.leave(
                    passage, ready == null ? await(passage, step, waits).join() : ready);
        } finally {
            passage.leave();
        }
    }

    private CompletableFuture<Answer> submitInside(Arrival arrival, ReplyTo to) {
        Passage passage = arrival.passage();
        try {
            Step turned = arrival.turned();
            if (turned == null && passage.mayWait) {
                passage.maySleep = true;
                return handOut(
                        CompletableFuture.supplyAsync(() -> callInside(passage, to.waits()), parts.executor),
                        to,
                        answer -> answer);
            }
            Step step = turned == null ? execute(passage) : turned;
            Answer ready = patience.ready(step);
            if (ready == null) {
                return handOut(await(passage, step, to.waits()), to, answer -> departure.leave(passage, answer));
            }
            Answer departed = departure.leave(passage, ready);
            passage.leave();
            turnstile.leave();
            return CompletableFuture.completedFuture(departed);
        } catch (RuntimeException | Error e) {
            passage.end();
            passage.leave();
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
                turnstile.leave();
            }
        }));
        return out;
    }

    /** However the wait ends, its place is free then, and so is the key, unless its outcome is remembered. */
    private CompletableFuture<Answer> await(Passage passage, Step step, Waits waits) {
        return patience.await(step, waits).whenComplete((answer, error) -> {
            passage.end();
            passage.leave();
        });
    }

    private Passage passage(Request request, boolean mayWait) {
        return new Passage(request, newRequestId(), parts.idempotency, mayWait); // 1; 2 is the wire's router
    }

    private Step execute(Passage passage) {
        try {
            entrance.access(passage); // 3, 4: 401 403
            entrance.quota(passage); // 5: 429
            entrance.place(passage); // 5: 429
            entrance.read(passage); // 6: 413 415
            entrance.scope(passage); // 7: 403
            return fromIdempotencyOn(passage);
        } catch (Refused refused) {
            return departure.refuse(passage, refused.refusal());
        } catch (WriterBusy busy) {
            return moveOver(passage);
        } catch (RuntimeException | Error e) {
            return departure.fail(passage, e);
        } finally {
            endUnlessPausing(passage);
        }
    }

    /** Goes on with a thread that may wait for the writer lock: the one that came with the call may serve others meanwhile. */
    private Step moveOver(Passage passage) {
        Step move = new Step.Move(() -> again(passage));
        passage.pauses = true; // last: who breaks off before it leaves the key free
        return move;
    }

    /** The second half of the way; who waited for a twin enters here again. */
    private Step fromIdempotencyOn(Passage passage) {
        Step known = idempotency(passage); // 8: replay 409 422 400
        if (known != null) {
            return known;
        }
        passage.request.admitted(passage.caller.workspace(), parts.commits.seal());
        Command command = passage.request.route().decoder().decode(passage.request); // 9: 400 422
        passage.noteExecuted();
        if (command instanceof Command.Query query) {
            return ask(passage, query); // 10, 11: 404 403 304
        }
        if (command instanceof Command.HostCall host) {
            command = run(passage, host); // 10, 12, and the host's own 422
        }
        if (command instanceof Command.PatientChange patient) {
            return commitPatiently(passage, patient);
        }
        if (command instanceof Command.CostlyChange costly) {
            return commitCostly(passage, costly);
        }
        Answer answer = commit(passage, (Command.Change) command);
        return command instanceof Command.CarriedOnChange change ? waiting.forRest(passage, change, answer) : answer;
    }

    /** Charges for the work once it has begun. A refusal and a replay cost what their call has taken. */
    private Answer commitCostly(Passage passage, Command.CostlyChange change) {
        long units = reading.read(passage, rows -> change.units(reading.context(passage, rows)));
        Answer answer = commit(passage, change);
        if (!(answer.outcome() instanceof Outcome.Done)) {
            return answer;
        }
        entrance.charge(passage, units);
        return answer.with(passage.quota);
    }

    private Answer commit(Passage passage, Command.Change change) {
        Commits.Committed committed = passage.mayWait // 10–13: 404 403 412 409 503
                ? parts.commits.commit(passage.caller, change, passage)
                : parts.commits.commitNow(passage.caller, change, passage, passage.maySleep);
        return passage.answer(committed.outcome(), committed.sequence()); // 14, once durable
    }

    /** Somebody else may be quicker between the last look and the lock; then there is nothing to change yet, and it waits on. */
    private Step commitPatiently(Passage passage, Command.PatientChange change) {
        while (true) {
            Step pause = waiting.forChange(passage, change, () -> again(passage));
            if (pause != null) {
                return pause;
            }
            try {
                return commit(passage, context -> {
                    Command.Wait wait = change.wait(context);
                    if (wait != null && Waiting.millisLeft(passage, wait) > 0) {
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
    private Command.Change run(Passage passage, Command.HostCall host) {
        Context context = reading.context(passage, parts.store.viewToAct());
        try {
            if (passage.fresh != null) {
                parts.commits.requireRoom();
            }
            return host.run(context);
        } catch (Refused refused) {
            Id shared = context.sharedResource();
            return later -> {
                if (shared != null) {
                    later.showsShared(shared);
                }
                throw refused;
            };
        }
    }

    private @Nullable Step idempotency(Passage passage) {
        String header = passage.request.headers().idempotencyKey();
        if (header == null && passage.request.route().demands().contains(Route.Demand.IDEMPOTENCY_KEY)) {
            throw IdempotencyKeys.missing();
        }
        if (header == null || passage.fresh != null || !passage.request.route().mutates()) {
            return null;
        }
        String key = IdempotencyKeys.read(header);
        passage.key = key;
        View view = parts.store.viewToAnswer();
        Idempotency.Begin begin = parts.idempotency.begin(
                view,
                parts.store.nowMillis(),
                passage.caller.workspace(),
                key,
                IdempotencyKeys.fingerprint(passage.request));
        if (begin instanceof Idempotency.Fresh fresh) {
            passage.fresh = fresh;
            return null;
        }
        if (begin instanceof Idempotency.Replay replay) {
            passage.use = Entry.KeyUse.REPLAYED;
            return replay(passage, replay, view);
        }
        if (begin instanceof Idempotency.InUse inUse) {
            passage.use = Entry.KeyUse.IN_USE;
            return inUse(passage, inUse);
        }
        passage.use = Entry.KeyUse.MISMATCH;
        return passage.answer(new Outcome.Turned(IdempotencyKeys.reused()), view.highest());
    }

    /**
     * What was shown by virtue of a share is not shown again once the share is gone: 404. The secret of a key is only shown to who could
     * have been given it: 403. A replay costs one unit.
     */
    private Step replay(Passage passage, Idempotency.Replay replay, View view) {
        entrance.refundReplay(passage);
        if (replay.secret()) {
            Keys.checkMayBeShown(passage.caller, replay.outcome().body());
        }
        Id shared = replay.sharedResource();
        if (shared != null) {
            parts.visibility.check(reading.context(passage, view), shared);
        }
        return passage.answer(replay.outcome(), view.highest());
    }

    private Step inUse(Passage passage, Idempotency.InUse inUse) {
        Answer refused = departure.refuse(passage, IdempotencyKeys.inUse());
        return waiting.forTwin(passage, refused, inUse.end(), () -> again(passage));
    }

    private static void endUnlessPausing(Passage passage) {
        if (!passage.pauses) {
            passage.end();
        }
    }

    private Step again(Passage passage) {
        passage.pauses = false;
        passage.maySleep = true;
        try {
            entrance.accessAgain(passage);
            passage.checkStillAllowed(parts.store.viewToAnswer());
            return fromIdempotencyOn(passage);
        } catch (Refused refused) {
            return departure.refuse(passage, refused.refusal());
        } catch (RuntimeException | Error e) {
            return departure.fail(passage, e);
        } finally {
            endUnlessPausing(passage);
        }
    }

    private Step ask(Passage passage, Command.Query query) {
        return query instanceof Command.PatientQuery patient
                ? waiting.forAnswer(passage, patient, Long.MAX_VALUE, () -> askAgain(passage, patient))
                : reading.answer(passage, query);
    }

    private Answer askAgain(Passage passage, Command.Query query) {
        return reading.answer(passage, new Command.Query() {
            @Override
            public Outcome answer(Context context) {
                entrance.accessAgain(passage);
                passage.checkStillAllowed(context.rows());
                return query.answer(context);
            }

            @Override
            public boolean isRowByRow() {
                return query.isRowByRow();
            }
        });
    }
}
