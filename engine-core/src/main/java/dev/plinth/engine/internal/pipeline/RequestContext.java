package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.LoggedRequest.KeyUse;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Observers;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.quota.Quota;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Collects what the rooms know of one request on its way. One thread at a time. */
final class RequestContext {
    final Request request;
    final Id id;
    final boolean mayWait;

    /** The waits that end with the door by which the request came. */
    OpenWaits waits;

    /** Its place in a trace; null if it belongs to none. */
    @Nullable
    TraceParent trace;

    /** Its observation; null if nothing observes it. */
    Observers.@Nullable Observed observed;

    private final Idempotency idempotency;
    Caller caller = Caller.OPERATOR;

    /** The credential by which it was let in last; null if none was looked up. */
    Access.@Nullable CachedCredential credential;

    @Nullable
    Quota quota;

    /** Rate-limit units that it has taken and not been given back. */
    int units;

    /** Units beyond those, charged for its work once that had begun. */
    int owed;

    /** The step of the order of evaluation that it has reached; {@link EndedStep#IN_COMMAND} from the command on. */
    int step;

    @Nullable
    String key;

    Idempotency.@Nullable KeyClaim claim;

    @Nullable
    KeyUse use;

    /** Ends its count among the calls of its workspace in flight; null if it is not counted. */
    @Nullable
    Runnable place;

    /** Its command; null until it is decoded. */
    @Nullable
    Command command;

    /** True once it has waited for another call under the same key. */
    boolean hasAwaitedTwin;

    /** The preference to wait that was honoured, in seconds; 0 if none was. */
    int waitedSeconds;

    /** False while its thread must not wait for the writer lock, because it serves others too. */
    boolean maySleep = true;

    /** True for a further part of a stream, which is not counted, and charged for its bytes alone. */
    boolean isPart;

    /** True if the part before this part of a stream took units. */
    boolean hasTakenUnits;

    /** True once the host's code has run for it, whose own effects are not known. */
    boolean hasRunHostCode;

    /** True if it is evaluated some time after admission. Then the rows that it shows tell whether its caller may still see them. */
    boolean isLater;

    /** True once it cannot wait any longer for something to do, and is answered with what there is. */
    boolean waitsNoLonger;

    /** The scopes that the operations of a batch need. */
    List<Scope> furtherScopes = List.of();

    /** The engine's time when its evaluation began, or began again, in epoch milliseconds. */
    long nowMillis;

    /** The last record that admission knew of. */
    long admittedAt;

    List<Id> events = List.of();
    List<Id> jobs = List.of();
    private final long beganNanos = System.nanoTime();

    /**
     * The context of a request.
     *
     * @param nowMillis the engine's time in epoch milliseconds
     * @param mayWait whether its thread may wait for the disk
     */
    RequestContext(Request request, Id id, long nowMillis, Idempotency idempotency, boolean mayWait, OpenWaits waits) {
        this.request = request;
        this.id = id;
        this.nowMillis = nowMillis;
        this.mayWait = mayWait;
        this.waits = waits;
        this.trace = request.headers().trace();
        this.idempotency = idempotency;
    }

    Answer answer(Outcome outcome, long sequence) {
        return answer(outcome, sequence, false);
    }

    /** Returns the answer of its own commit. */
    Answer answer(Committed committed) {
        Outcome outcome = committed.outcome();
        return answer(
                outcome instanceof Outcome.Refused refused
                        ? new Outcome.Refused(forCaller(refused.refusal()))
                        : outcome,
                committed.sequence(),
                committed.hasRecord());
    }

    private Answer answer(Outcome outcome, long sequence, boolean hasRecord) {
        boolean confirmed = hasRecord || request.route().isOfProcess() && !(command instanceof Command.Probe);
        return new Answer(
                id,
                outcome,
                quota,
                sequence,
                confirmed,
                key != null,
                !request.route().mutates(),
                waitedSeconds);
    }

    /**
     * Returns the refusal that the caller gets. An engine that has lost its reign, or that closes, has certainly changed
     * nothing. Once the host's code has run, its own effects are unknown.
     */
    Refusal forCaller(Refusal refusal) {
        return hasRunHostCode && refusal.isOfEndedEngine()
                ? Refusal.of(
                        ProblemCode.OUTCOME_UNKNOWN,
                        "The engine closed or lost its lead after the code of the host had run; the engine changed nothing. Repeat the call with its Idempotency-Key; without a key, read first whether it was done.")
                : refusal;
    }

    /** Returns its caller, for a change that is decided later. */
    AdmittedCaller admitted() {
        return new AdmittedCaller(caller, request.route().scope(), furtherScopes, admittedAt);
    }

    /** Adds what its key remembers of an outcome to the record of it. */
    void remember(Context context, Changes changes, Outcome outcome) {
        if (claim == null) {
            return;
        }
        if (outcome instanceof Outcome.Done done) {
            idempotency.remember(claim, changes, context, id, done);
        } else if (outcome instanceof Outcome.HostReply reply && reply.isRemembered()) {
            idempotency.remember(claim, changes, context, id, reply);
        } else if (outcome instanceof Outcome.Refused refused
                && refused.refusal().remembered()) {
            idempotency.remember(claim, changes, context, id, refused.refusal());
        }
    }

    /** Notes for the log which events and jobs it has made. */
    void noteCaused(Changes changes) {
        List<Changes.WrittenEvent> written = changes.written();
        for (int i = 0; i < written.size(); i++) {
            events = with(written.get(i).id(), events);
        }
        for (int i = 0; i < changes.started().size(); i++) {
            jobs = with(changes.started().get(i), jobs);
        }
    }

    private static List<Id> with(Id id, List<Id> ids) {
        if (ids.size() >= Limits.REQUEST_LOG_CAUSED_MAX) {
            return ids;
        }
        if (ids.isEmpty()) {
            return List.of(id);
        }
        List<Id> more = ids.size() == 1 ? new ArrayList<>(ids) : ids;
        more.add(id);
        return more;
    }

    /** Records that its command was made, which uses its idempotency key. */
    void noteExecuted() {
        if (claim != null) {
            use = KeyUse.EXECUTED;
        }
    }

    /** Real nanoseconds since it began. */
    long nanos() {
        return System.nanoTime() - beganNanos;
    }

    /** Real milliseconds since it began. */
    long millis() {
        return TimeUnit.NANOSECONDS.toMillis(nanos());
    }

    /** Gives up its place among the calls of its workspace. A second call does nothing. */
    void leave() {
        if (place != null) {
            place.run();
        }
    }

    /** Frees the key, unless its outcome is remembered. */
    void end() {
        if (claim != null) {
            idempotency.end(claim);
            claim = null;
        }
    }
}
