package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.quota.Quota;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.View;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the checks before the idempotency key, in the order of the contract. Each admits or refuses the request. */
final class AdmissionControl {
    private static final int NO_ROOM_SECONDS = 1;
    private static final String HEAD = "HEAD";
    /** Seconds after which a client may ask again for a stream. Streams stay open for long. */
    private static final int STREAM_RETRY_SECONDS = 5;

    private static final String JSON = "application/json";
    private static final String JSON_SUFFIX = "+json";

    private final Store store;
    private final Access access;
    private final Quotas quotas;
    private final Supplier<View> views;
    private volatile @Nullable Refusal draining;

    AdmissionControl(Store store, Access access, Quotas quotas) {
        this.store = store;
        this.views = store::viewToAnswer;
        this.access = access;
        this.quotas = quotas;
    }

    /** Admits no more calls, for this reason. */
    void close(Refusal why) {
        draining = why;
    }

    /** Returns true if no call is admitted any more. */
    boolean isClosed() {
        return draining != null;
    }

    /** Returns why no call is admitted any more. */
    Refusal draining() {
        Refusal why = draining;
        return why == null ? Refusal.shuttingDown() : why;
    }

    /** Finds the caller, and checks that it may call at all: 401, 403, and 503 while the engine drains. */
    void access(RequestContext call) {
        call.step = EndedStep.CALLER;
        Refusal why = draining;
        if (why != null) {
            throw new RefusedException(why);
        }
        switch (call.request.route().credential()) {
            case NONE -> {}
            case OPERATOR_TOKEN ->
                access.authenticateOperator(call.request.headers().authorization());
            case WORKSPACE_KEY -> {
                // First: what is committed later is looked at again before anything is changed.
                call.admittedAt = store.committed();
                Id host = call.request.host();
                if (host != null) {
                    View view = views.get();
                    call.caller = access.authenticateHost(host, view);
                    call.step = EndedStep.STATE_OF_CALLER;
                    Access.checkActive(view, host);
                    return;
                }
                Access.CachedCredential cachedCredential = credential(call);
                call.caller = cachedCredential.caller();
                call.step = EndedStep.STATE_OF_CALLER;
                access.checkState(cachedCredential);
                access.noteUse(cachedCredential, call.nowMillis);
            }
        }
    }

    /** Looks again, after a wait, at the credential: it may have been rotated or have expired meanwhile. 401, 403. */
    void accessAgain(RequestContext call) {
        call.step = EndedStep.STATE_OF_CALLER;
        Id host = call.request.host();
        if (host != null) {
            Caller unused = access.authenticateHost(host, views.get());
        } else if (call.request.route().credential() == Route.Credential.WORKSPACE_KEY) {
            access.checkState(credential(call));
        }
        checkStillAllowed(views.get(), call.admitted());
    }

    /** Finds the credential of a call. The one that was found when its headers came is looked up again only after a change. */
    private Access.CachedCredential credential(RequestContext call) {
        Access.CachedCredential found = call.credential;
        if (found == null || !access.isCurrent(found, call.nowMillis)) {
            found = access.authenticate(call.request.headers().authorization(), views, call.nowMillis);
            call.credential = found;
        }
        return found;
    }

    /** Takes the units of the call from the bucket of the workspace, and one from that of its workers, once: 429. */
    void quota(RequestContext call) {
        call.step = EndedStep.RATE_LIMIT;
        if (call.quota != null || !isLimited(call)) {
            return; // taken when the headers came, or without a limit
        }
        long seconds = call.request.route().ofWorker() ? quotas.takeOfWorkers(call.caller) : 0;
        if (seconds > 0) {
            Plan plan = call.caller.plan();
            throw refused(
                    call,
                    ProblemCode.RATE_LIMITED,
                    "Plan " + plan.name() + " allows the workers of a workspace " + Quotas.workerRequests(plan)
                            + " calls in " + plan.window().toSeconds() + " seconds, and there were more. Try again in "
                            + seconds + " s, or let a lease wait for its job.",
                    seconds);
        }
        take(call, call.request.units());
    }

    /** Takes units from the bucket of the workspace: 429 if there are fewer. */
    private void take(RequestContext call, int units) {
        Quota quota = quotas.take(call.caller, units);
        call.quota = quota;
        call.units = quota.allowed() ? units : 0;
        if (!quota.allowed()) {
            throw new RefusedException(
                    Refusal.of(ProblemCode.RATE_LIMITED, tooMany(quota)).retryAfter(quota.retryAfterSeconds()));
        }
    }

    /** Counts the call among those of its workspace in flight, once its body is there. With 429 its units are given back. */
    void place(RequestContext call) {
        String noPlace = call.request.noPlace();
        if (noPlace != null) {
            refundDown(call, 0);
            throw refused(call, ProblemCode.TOO_MANY_CONCURRENT_REQUESTS, noPlace, STREAM_RETRY_SECONDS);
        }
        if (!isLimited(call) || !call.request.route().isCounted()) {
            return;
        }
        call.place = quotas.begin(call.caller.workspace());
        if (call.place == null) {
            refundDown(call, 0);
            throw refused(
                    call,
                    ProblemCode.TOO_MANY_CONCURRENT_REQUESTS,
                    "A workspace may have " + Limits.CALLS_PER_WORKSPACE_MAX
                            + " calls in flight, and this one has as many. Wait for the answer to one of them.",
                    1);
        }
    }

    private static boolean costsUnits(RequestContext call) {
        return isLimited(call) && call.request.units() > 0;
    }

    private static boolean isLimited(RequestContext call) {
        return call.request.route().credential() == Route.Credential.WORKSPACE_KEY && !call.caller.isHost();
    }

    /** A refusal that takes no units, and shows how many there are. */
    private RefusedException refused(RequestContext call, ProblemCode code, String detail, long retryAfterSeconds) {
        call.quota = quotas.inspect(call.caller);
        return new RefusedException(Refusal.of(code, detail).retryAfter(retryAfterSeconds));
    }

    private static String tooMany(Quota quota) {
        RatePolicy violated = quota.violated();
        int requests = violated == null ? quota.plan().requests() : violated.requests();
        Duration window = violated == null ? quota.plan().window() : violated.window();
        String limit = violated == null ? "Plan " : "Policy " + violated.name() + " of plan ";
        return limit + quota.plan().name() + " allows " + requests + " requests in " + window.toSeconds()
                + " seconds, and there were more. Try again in " + quota.retryAfterSeconds() + " s.";
    }

    /** Charges the workspace for what the work of a call costs beyond the units that the call has taken. */
    void charge(RequestContext call, long units) {
        if (call.units > 0 && units > call.units) {
            call.owed += quotas.owe(call.caller, units - call.units);
            call.quota = quotas.inspect(call.caller);
        }
    }

    /**
     * Charges the workspace for an answer, or a refused body, that has more bytes than one unit pays for. The answer
     * shows the units that were left before.
     */
    void chargeBytes(RequestContext call, Outcome outcome) {
        int bytes = outcome instanceof Outcome.Refused ? call.request.body().length : outcome.bodyBytes();
        if (bytes > Limits.UNIT_BYTES
                && call.units > 0
                && !call.request.method().equals(HEAD)) {
            call.owed += quotas.owe(call.caller, StreamBytes.units(bytes) - 1);
        }
    }

    /** Charges the workspace for a further part of a stream, and returns the units. */
    int chargePart(RequestContext call, StreamBytes sent, Outcome outcome) {
        int units = sent.plus(outcome.bodyBytes()).cost();
        return units > 0 && costsUnits(call) ? quotas.owe(call.caller, units) : 0;
    }

    /**
     * Returns the seconds until a stream has units for its next part, or 0. It waits while the bucket is below zero. After
     * a part that took units it lets other calls go first for some seconds, until {@link Limits#STREAM_UNITS_LEFT} are left.
     */
    long secondsToUnits(RequestContext call) {
        if (!costsUnits(call)) {
            return 0;
        }
        boolean letsOthersGoFirst =
                call.hasTakenUnits && call.millis() < TimeUnit.SECONDS.toMillis(Limits.STREAM_SILENCE_SECONDS_MAX);
        return quotas.secondsUntil(call.caller, letsOthersGoFirst ? Limits.STREAM_UNITS_LEFT : 0);
    }

    /**
     * Takes the units that a call costs beyond those that it has taken. Refuses with 429 if there are fewer, and the call
     * has taken none then. Refuses with 422 if a full bucket has fewer.
     */
    void takeRest(RequestContext call, long units) {
        if (!isLimited(call) || units <= call.units) {
            return;
        }
        int most = burst(call.caller.plan());
        if (units > most) {
            call.step = EndedStep.INPUT; // It is not remembered.
            String detail = "operations cost " + units + " rate-limit units together, and plan "
                    + call.caller.plan().name() + " allows " + most + " at once. Split the batch.";
            throw new RefusedException(Refusal.ofBody("/operations", "too_many", detail));
        }
        refundDown(call, 0); // so that Retry-After is for the whole sum, which a retry needs again
        take(call, (int) units);
    }

    /** Returns the most units that a plan gives at once, by all of its policies. */
    private static int burst(Plan plan) {
        int most = plan.requests();
        for (RatePolicy policy : plan.policies()) {
            most = policy.mode() == RatePolicy.Mode.ENFORCE ? Math.min(most, policy.requests()) : most;
        }
        return most;
    }

    /** Gives the units back where the engine or the host failed the call; false if there was nothing to give back. */
    boolean refundFailure(RequestContext call, Outcome outcome) {
        if (outcome.status() < 500 || call.units == 0 || isOfLargeBody(call)) {
            return false;
        }
        quotas.forgive(call.caller, call.owed);
        call.owed = 0;
        refundDown(call, 0);
        return true;
    }

    /** Returns true if reading a large body is what failed, such as for lack of memory for its values. It is paid for. */
    private static boolean isOfLargeBody(RequestContext call) {
        return call.step < EndedStep.IN_COMMAND && call.request.body().length > Limits.UNIT_BYTES;
    }

    /** Gives back what a call takes beyond one unit: a replay runs nothing. */
    void refundReplay(RequestContext call) {
        if (call.units > 1) {
            refundDown(call, 1);
        }
    }

    /** Leaves the call so many of its units, and it shows what is left to the workspace then. */
    private void refundDown(RequestContext call, int units) {
        Quota taken = call.quota;
        if (taken != null) {
            quotas.refund(call.caller, taken, call.units - units);
            call.units = units;
            call.quota = quotas.inspect(call.caller);
        }
    }

    /** Size and kind of the body: 413, 415, and 503 if there is no memory for it. Parses it only to tell what it is. */
    void read(RequestContext call) {
        call.step = EndedStep.BODY;
        Request request = call.request;
        String noRoom = request.noRoom();
        if (noRoom != null) {
            throw new RefusedException(
                    Refusal.of(ProblemCode.CAPACITY_EXHAUSTED, noRoom).retryAfter(NO_ROOM_SECONDS));
        }
        if (!request.route().body().isTaken()) {
            return;
        }
        if (request.isTooLarge()) {
            throw RefusedException.of(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "The body may have " + request.route().body().bytesMax()
                            + " bytes, and this one has more. Send less, or split it over several calls.");
        }
        String encoding = request.headers().contentEncoding();
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw RefusedException.of(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Encoding must be identity or absent, got " + Quoted.of(encoding)
                            + ". Send the body uncompressed.");
        }
        if (!request.route().body().isJson()) {
            return;
        }
        if (isOtherType(request.headers().contentType()) && !request.isMeantAsJson() && request.isNoJson()) {
            throw RefusedException.of(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "The body must be JSON, and its Content-Type is "
                            + Quoted.of(request.headers().contentType()) + ". " + request.parseError());
        }
    }

    /** Checks the scopes of the key: 403. */
    void scope(RequestContext call) {
        call.step = EndedStep.SCOPE;
        Scope scope = call.request.route().scope();
        if (scope != null && !call.caller.may(scope)) {
            throw lacking(scope);
        }
        call.furtherScopes = call.request.route().decoder().scopes(call.request);
        for (int i = 0; i < call.furtherScopes.size(); i++) {
            if (!call.caller.may(call.furtherScopes.get(i))) {
                throw lacking(call.furtherScopes.get(i));
            }
        }
    }

    /** Checks key, workspace and scopes of an admitted caller again, by rows that may be newer: 401, 403, 404. */
    static void checkStillAllowed(Rows rows, AdmittedCaller admitted) {
        Access.checkStillIn(rows, admitted.caller());
        Scope scope = admitted.scope();
        if (scope != null && !Access.stillMay(rows, admitted.caller(), scope)) {
            throw lacking(scope);
        }
        for (Scope further : admitted.further()) {
            if (!Access.stillMay(rows, admitted.caller(), further)) {
                throw lacking(further);
            }
        }
    }

    /** The key may not do this: 403. */
    static RefusedException lacking(Scope scope) {
        return new RefusedException(Refusal.of(
                        ProblemCode.INSUFFICIENT_SCOPE,
                        "The API key lacks the scope " + scope.wireName() + ". Use a key that has it.")
                .hint(scope.wireName()));
    }

    private static boolean isOtherType(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int end = contentType.indexOf(';');
        String type = (end < 0 ? contentType : contentType.substring(0, end)).strip();
        return !type.isEmpty() && !type.equalsIgnoreCase(JSON) && !endsInAnyCase(type, JSON_SUFFIX);
    }

    private static boolean endsInAnyCase(String text, String end) {
        return text.regionMatches(true, text.length() - end.length(), end, 0, end.length());
    }
}
