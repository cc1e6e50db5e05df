package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.api.IdSource;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.base.Scope;
import dev.plinth.engine.internal.idempotency.Fingerprint;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.quota.Quota;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.View;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The way of a request through the rooms. {@link #pass} is the architecture; everything below it is one room each. */
public final class Pipeline {
    private static final System.Logger LOG = System.getLogger(Pipeline.class.getName());
    private static final byte[] NO_BODY = {};

    private final Parts parts;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean draining;

    /**
     * The rooms.
     *
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
            Executor executor) {}

    /** A pipeline through these rooms. */
    public Pipeline(Parts parts) {
        this.parts = parts;
    }

    /** Refuses all that comes from now on. */
    public void beginDrain() {
        draining = true;
    }

    /** The way of a request, on the caller's thread; returns when the answer is durable. */
    public Answer execute(Request request) {
        Step step = pass(request);
        return step.isSettled(parts.store) ? step.answer : finish(step).join();
    }

    /** The same without ever blocking the caller's thread. */
    public CompletableFuture<Answer> submit(Request request) {
        if (request.operation().runsHostCode()) {
            return CompletableFuture.supplyAsync(() -> execute(request), parts.executor);
        }
        Step step = pass(request);
        return step.isSettled(parts.store) ? CompletableFuture.completedFuture(step.answer) : finish(step);
    }

    /** A fresh id for a request that never became one. */
    public Id newRequestId() {
        IdSource.Bits bits = parts.ids.next(IdKind.REQUEST.prefix(), parts.clock.epochMillis());
        return new Id(IdKind.REQUEST, bits.high(), bits.low());
    }

    private Step pass(Request request) {
        Passage passage = new Passage(request, newRequestId(), parts.idempotency);
        try {
            access(passage);
            quota(passage);
            read(passage);
            scope(passage);
            return idempotencyAndOn(passage);
        } catch (Refused refused) {
            return refuse(passage, refused.refusal());
        } catch (RuntimeException | StackOverflowError e) {
            return fail(passage, e);
        } finally {
            passage.end();
        }
    }

    /** The rooms behind the idempotency door; entered a second time by who waited for a twin. */
    private Step idempotencyAndOn(Passage passage) {
        Step early = idempotency(passage);
        if (early != null) {
            return early;
        }
        Command command = passage.request.operation().decoder().decode(passage.request);
        if (command instanceof Command.Query query) {
            return ask(passage, query);
        }
        if (command instanceof Command.HostCall call) {
            command = call.run(parts.commits.reading(passage.caller, parts.clock.epochMillis(), parts.store.view()));
        }
        Commits.Committed committed = parts.commits.commit(passage.caller, (Command.Change) command, passage);
        return Step.of(passage.answer(committed.outcome(), committed.sequence()));
    }

    private void access(Passage passage) {
        if (draining) {
            throw new Refused(Refusal.of(
                            ProblemCode.SHUTTING_DOWN,
                            "Expected a running engine, but it is shutting down; nothing was changed.")
                    .retryAfter(1));
        }
        String authorization = passage.request.headers().authorization();
        switch (passage.request.operation().guard()) {
            case NOBODY -> {}
            case OPERATOR -> parts.access.authenticateOperator(authorization);
            case WORKSPACE -> {
                Access.Entry entry =
                        parts.access.authenticate(authorization, parts.store.view(), parts.clock.epochMillis());
                parts.access.checkState(entry);
                passage.caller = entry.caller();
            }
        }
    }

    private void quota(Passage passage) {
        if (passage.request.operation().guard() != Operation.Guard.WORKSPACE) {
            return;
        }
        int cost = passage.request.operation().cost();
        Quota quota = parts.quotas.take(passage.caller.workspace(), passage.caller.plan(), cost);
        passage.quota = quota;
        if (!quota.allowed()) {
            throw new Refused(Refusal.of(
                            ProblemCode.RATE_LIMITED,
                            "Expected at most " + quota.plan().requests() + " requests in "
                                    + quota.plan().windowSeconds() + " seconds, which is the limit of plan "
                                    + quota.plan().name() + ", but there were more; come again in "
                                    + quota.retryAfterSeconds() + " s.")
                    .retryAfter(quota.retryAfterSeconds()));
        }
    }

    private static void read(Passage passage) {
        Request request = passage.request;
        Request.Headers headers = request.headers();
        int most = request.operation().bodyBytesMax();
        if (request.operation().body() == Operation.Body.NONE) {
            return;
        }
        if (request.isTooLarge()) {
            throw Refused.of(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "Expected a body of at most " + most + " bytes, but got more; send less, or use the bulk route.");
        }
        String encoding = headers.contentEncoding();
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Refused.of(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Expected a body without Content-Encoding, but it has one; send it as it is.");
        }
        String error = request.hasBody() ? request.parseError() : null;
        if (error != null && isOtherType(headers.contentType())) {
            throw Refused.of(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Expected JSON, but the Content-Type says something else and the body is not JSON either. "
                            + error);
        }
    }

    private static void scope(Passage passage) {
        Scope scope = passage.request.operation().scope();
        if (scope != null && !passage.caller.may(scope)) {
            throw new Refused(Refusal.of(
                            ProblemCode.INSUFFICIENT_SCOPE,
                            "Expected a key with the scope " + scope.wireName()
                                    + ", but this one lacks it; use another key.")
                    .hint(scope.wireName()));
        }
    }

    private @Nullable Step idempotency(Passage passage) {
        String header = passage.request.headers().idempotencyKey();
        if (header == null || !passage.request.operation().mutates()) {
            return null;
        }
        String key = IdempotencyKeys.read(header);
        passage.key = key;
        View view = parts.store.view();
        Idempotency.Begin begin = parts.idempotency.begin(
                view, parts.clock.epochMillis(), passage.caller.workspace(), key, fingerprint(passage.request));
        if (begin instanceof Idempotency.Fresh fresh) {
            passage.fresh = fresh;
            return null;
        }
        if (begin instanceof Idempotency.Replay replay) {
            return Step.of(passage.answer(replay.outcome(), view.highest()));
        }
        if (begin instanceof Idempotency.InUse inUse) {
            return inUse(passage, inUse);
        }
        throw Refused.of(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                "Expected the request that first used this Idempotency-Key, but it is another one; use a new key.");
    }

    private Step inUse(Passage passage, Idempotency.InUse inUse) {
        int seconds = Preferences.waitSeconds(passage.request.headers().prefer());
        Step refused = refuse(
                passage,
                Refusal.of(
                                ProblemCode.IDEMPOTENCY_KEY_IN_USE,
                                "Expected the first request with this Idempotency-Key to have ended, but it is still running;"
                                        + " repeat the request.")
                        .retryAfter(1));
        if (seconds == 0 || passage.isSecondTry) {
            return refused;
        }
        passage.isSecondTry = true;
        return new Step(refused.answer.waited(seconds), inUse.end(), seconds, () -> again(passage));
    }

    /** Who waited for a twin goes through the idempotency door once more. */
    private Step again(Passage passage) {
        try {
            return idempotencyAndOn(passage);
        } catch (Refused refused) {
            return refuse(passage, refused.refusal());
        } catch (RuntimeException | StackOverflowError e) {
            return fail(passage, e);
        } finally {
            passage.end();
        }
    }

    private Step ask(Passage passage, Command.Query query) {
        Answer answer = answer(passage, query);
        Command.Wait wait = answer.outcome() instanceof Outcome.Done ? waitFor(passage, query) : null;
        if (wait == null) {
            return Step.of(answer);
        }
        CompletableFuture<Void> end = parts.waiters.await(wait.topic(), wait.seconds());
        boolean ended = waitFor(passage, query) == null;
        if (ended) {
            parts.waiters.signal(wait.topic());
        }
        return new Step(answer, end, wait.seconds(), () -> Step.of(answer(passage, query)));
    }

    private Answer answer(Passage passage, Command.Query query) {
        return parts.store.read(view -> {
            Outcome outcome;
            try {
                outcome = query.answer(reading(passage, view));
            } catch (Refused refused) {
                outcome = new Outcome.Turned(refused.refusal());
            }
            return passage.answer(outcome, view.highest());
        });
    }

    private Command.@Nullable Wait waitFor(Passage passage, Command.Query query) {
        return parts.store.read(view -> {
            try {
                return query.wait(reading(passage, view));
            } catch (Refused refused) {
                return null;
            }
        });
    }

    private Context reading(Passage passage, View view) {
        return parts.commits.reading(passage.caller, parts.clock.epochMillis(), view);
    }

    private Step refuse(Passage passage, Refusal refusal) {
        if (refusal.code().status() >= 500) {
            refund(passage);
        }
        return Step.of(passage.answer(new Outcome.Turned(refusal), 0));
    }

    private Step fail(Passage passage, Throwable error) {
        LOG.log(System.Logger.Level.ERROR, "Expected request " + passage.id + " to be answered, but it failed", error);
        return refuse(
                passage,
                Refusal.of(
                        ProblemCode.INTERNAL_ERROR,
                        "Something in the engine or the host failed; nothing was changed. The log has it under the request's id."));
    }

    private void refund(Passage passage) {
        if (passage.quota != null && passage.quota.allowed()) {
            parts.quotas.refund(
                    passage.caller.workspace(),
                    passage.caller.plan(),
                    passage.request.operation().cost());
        }
    }

    /** Waits, without a thread, for what a step still needs: an end that somebody waits for, then the disk. */
    private CompletableFuture<Answer> finish(Step step) {
        CompletableFuture<Void> event = step.event;
        if (event == null) {
            Answer answer = step.answer;
            return parts.store
                    .whenCommitted(answer.sequence())
                    .handle((nothing, error) -> error == null ? answer : answer.with(lost(error)));
        }
        if (waiting.incrementAndGet() > Limits.WAITING_CALLS_MAX) {
            waiting.decrementAndGet();
            return CompletableFuture.completedFuture(step.answer);
        }
        return event.copy()
                .completeOnTimeout(null, step.seconds, TimeUnit.SECONDS)
                .thenComposeAsync(
                        nothing -> {
                            waiting.decrementAndGet();
                            Step next = step.again.get();
                            return finish(
                                    new Step(next.answer.waited(step.answer.waitedSeconds()), null, 0, next.again));
                        },
                        parts.executor);
    }

    private static Outcome lost(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return new Outcome.Turned(
                cause instanceof Refused refused
                        ? refused.refusal()
                        : Refusal.of(ProblemCode.OUTCOME_UNKNOWN, "Expected the disk to answer, but it failed."));
    }

    private static Fingerprint fingerprint(Request request) {
        JsonValue json = request.json();
        byte[] body = json != null ? JsonBytes.canonical(json) : request.hasBody() ? request.body() : NO_BODY;
        return Fingerprint.of(request.operation().method(), request.path(), request.query(), body);
    }

    private static boolean isOtherType(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return !type.isEmpty() && !type.equals("application/json") && !type.endsWith("+json");
    }
}
