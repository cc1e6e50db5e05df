package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.metrics.RequestMetrics;
import dev.plinth.engine.internal.quota.Quota;
import dev.plinth.engine.internal.requestlog.EntryWriter;
import dev.plinth.engine.internal.requestlog.RequestLog;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineObserver;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records the answer to a request, on the thread that answers it and before the caller has it.
 *
 * <p>Requests of the operator, and those that failed authentication, belong to no workspace, and so are in no log.
 */
final class RequestRecorder {
    private static final System.Logger LOG = Log.of(RequestRecorder.class);
    /** The name of the limit on calls of workers. */
    private static final String WORKERS = "workers";

    private static final int TOO_MANY_REQUESTS = 429;
    private static final Set<Integer> BY_ROWS = Set.of(401, 403, 404);

    private final Store store;
    private final AdmissionControl admission;
    private final RequestLog log;
    private final RequestMetrics requestMetrics;

    RequestRecorder(Store store, AdmissionControl admission, RequestLog log, RequestMetrics requestMetrics) {
        this.store = store;
        this.admission = admission;
        this.log = log;
        this.requestMetrics = requestMetrics;
    }

    /** Refuses a request. A refusal because of rows, or of missing rows, leaves only once the last record is durable. */
    Answer refuse(RequestContext call, Refusal refusal) {
        boolean byRows = BY_ROWS.contains(refusal.code().status());
        return call.answer(new Outcome.Refused(refusal), byRows ? store.lastSequence() : 0);
    }

    /** Refuses a request that the engine or the host failed: 500. */
    Answer fail(RequestContext call, Throwable error) {
        store.fatalErrors().saw(error);
        LOG.log(System.Logger.Level.ERROR, "The engine or the host failed in request " + call.id, error);
        return refuse(
                call,
                Refusal.of(
                        ProblemCode.INTERNAL_ERROR,
                        "The engine or the host failed; nothing was changed. Try again, and look for the request id in the log of the server."));
    }

    /** Lets an answer out, and charges for its bytes. A caller that is told that the engine failed, if only at the disk, has used no units. */
    Answer leave(RequestContext call, Answer answer) {
        boolean refunded = admission.refundFailure(call, answer.outcome());
        admission.chargeBytes(call, answer.outcome());
        return note(call, refunded ? answer.with(call.quota) : answer);
    }

    /** Lets a further part of a stream out, and charges for its bytes. The entry of the stream tells the units too. */
    Answer leavePart(RequestContext call, StreamBytes sent, Answer answer) {
        int units = admission.chargePart(call, sent, answer.outcome());
        if (units > 0) {
            log.addUnits(call.caller.workspace(), call.request.id(), units);
        }
        return answer;
    }

    private Answer note(RequestContext call, Answer answer) {
        Caller caller = call.caller;
        Outcome outcome = answer.outcome();
        long micros = TimeUnit.NANOSECONDS.toMicros(call.nanos());
        Route route = call.request.route();
        requestMetrics.count(
                route.name(),
                route.method(),
                route.path(),
                outcome.status(),
                is(outcome, ProblemCode.RATE_LIMITED),
                micros);
        Observers.Observed observed = call.observed;
        if (observed != null) {
            observed.end(end(caller, outcome));
        }
        if (outcome instanceof Outcome.Refused refused) {
            requestMetrics.refused(
                    caller.isOperator() ? null : caller.plan().name(),
                    refused.refusal().code().wireName());
        }
        // A key or a workspace that went while the request was in flight: it failed authentication after all.
        if (!caller.isOperator() && !is(outcome, ProblemCode.INVALID_TOKEN) && !isWithoutWorkspace(outcome)) {
            log.add(caller.workspace(), entry(call, outcome, micros));
        }
        return answer;
    }

    private static EngineObserver.End end(Caller caller, Outcome outcome) {
        return new Observers.Ended(
                outcome instanceof Outcome.Refused refused
                        ? Optional.of(refused.refusal().code().wireName())
                        : Optional.empty(),
                outcome.status(),
                caller.isOperator()
                        ? Optional.empty()
                        : Optional.of(caller.workspace().text()));
    }

    private static boolean is(Outcome outcome, ProblemCode code) {
        return outcome instanceof Outcome.Refused refused && refused.refusal().code() == code;
    }

    private static boolean isWithoutWorkspace(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused && Access.isNoWorkspace(refused.refusal());
    }

    private EntryWriter entry(RequestContext call, Outcome outcome, long micros) {
        Request request = call.request;
        EntryWriter entry = log.entry(call.id)
                .sent(
                        call.caller.key(),
                        request.method(),
                        request.route().path(),
                        request.path(),
                        request.headers().node())
                .under(call.key, call.use)
                .answered(outcome.status(), EndedStep.of(call, outcome), units(call, outcome), micros);
        if (outcome instanceof Outcome.Refused refused) {
            Refusal refusal = refused.refusal();
            return entry.refused(
                    refusal.code().wireName(), refusal.detail(), refusal.errors(), policy(call, refusal.code()));
        }
        if (outcome instanceof Outcome.Replayed replayed) {
            return replayed.status() < 400 || replayed.hostHeaders() != null
                    ? entry.caused(List.of(), List.of())
                    : refusedBefore(entry, replayed);
        }
        return entry.caused(call.events, call.jobs);
    }

    /** Returns the units that a call shows as taken: none with 429, whose caller is to try again (contract §13). */
    private static int units(RequestContext call, Outcome outcome) {
        return outcome.status() == TOO_MANY_REQUESTS ? 0 : call.units + call.owed;
    }

    /** Adds the remembered reason of a refusal. */
    private static EntryWriter refusedBefore(EntryWriter entry, Outcome.Replayed replayed) {
        Problem problem = Problem.of(Json.trusted(replayed.body()));
        return entry.refused(problem.code(), problem.detail(), problem.errors(), null);
    }

    /** Returns the name of the rate limit that refused a call, or null if none did. */
    private static @Nullable String policy(RequestContext call, ProblemCode code) {
        if (code != ProblemCode.RATE_LIMITED) {
            return null;
        }
        Quota quota = call.quota;
        if (quota == null || quota.allowed()) {
            return WORKERS;
        }
        RatePolicy violated = quota.violated();
        return violated == null ? quota.plan().name() : violated.name();
    }
}
