package dev.plinth.engine.internal.quota;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Plan;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The bucket of a workspace. A single number, the theoretical arrival time, tells how far the workspace is ahead of its
 * rate. There is no refill thread and no window edge. The bucket also has the further policies of the plan.
 *
 * <p>When the plan changes, the bucket is retired: a mark replaces its number, and a caller that meets the mark makes
 * or finds the successor. So no unit that is taken during the change is lost.
 */
final class Bucket {
    /** The answer of {@link #owe} for a retired bucket. */
    static final long IS_RETIRED = -1;

    private static final long RETIRED = Long.MIN_VALUE;
    private static final AtomicLongFieldUpdater<Bucket> ARRIVAL =
            AtomicLongFieldUpdater.newUpdater(Bucket.class, "arrival");

    private final Plan plan;
    private final long since;
    private final GcraRate rate;
    private final @Nullable AdditionalPolicies further;
    private volatile long arrival; // not in an object of its own, which would be one more cache line to wait for
    private final Id workspace;
    private final @Nullable QuotaCheckpointWriter checkpoints;
    private final long nanosPerCheckpoint;
    private volatile long markedArrival;
    private volatile boolean noted;
    private @Nullable Successor successor; // guarded by this

    private Bucket(Tenure tenure, @Nullable AdditionalPolicies further, long arrivalNanos) {
        this.plan = tenure.plan;
        this.since = tenure.since;
        this.workspace = tenure.workspace;
        this.checkpoints = tenure.checkpoints;
        this.rate = GcraRate.of(plan.requests(), plan.window());
        this.further = further;
        this.arrival = arrivalNanos;
        this.markedArrival = arrivalNanos;
        int units = further == null ? plan.requests() : Math.min(plan.requests(), further.smallestBurst());
        this.nanosPerCheckpoint = checkpoints == null
                ? Long.MAX_VALUE
                : Math.max(1, units / QuotaCheckpointWriter.PARTS_OF_BURST) * rate.nanosPerUnit();
    }

    /** Makes a bucket with all its units, except those that a checkpoint counts as used or owed. */
    static Bucket first(Caller caller, EngineClock clock, @Nullable QuotaCheckpointWriter checkpoints) {
        Plan plan = caller.plan();
        QuotaCheckpoint checkpoint = checkpoints == null ? null : checkpoints.of(caller.workspace());
        long now = clock.nanoTime();
        AdditionalPolicies further = AdditionalPolicies.of(plan, null, now);
        long debt = 0;
        if (checkpoints != null && checkpoint != null) {
            long elapsed = checkpoints.elapsedNanos(checkpoint.atMillis());
            debt = checkpoint.debt(GcraRate.of(plan.requests(), plan.window()), elapsed);
            if (further != null) {
                further.restore(checkpoint.others(), caller.workspace(), now, elapsed);
            }
        }
        return new Bucket(new Tenure(plan, caller.planSince(), caller.workspace(), checkpoints), further, now + debt);
    }

    Id workspace() {
        return workspace;
    }

    /** Returns the units used now, which count as written from now on. Returns null if the bucket is retired. */
    @Nullable
    QuotaCheckpoint checkpoint(long now, long nowMillis) {
        noted = false;
        long last = arrival;
        if (last == RETIRED) {
            return null;
        }
        markedArrival = last;
        List<QuotaCheckpoint.OfPolicy> others = further == null ? List.of() : further.used(now);
        long debt = GcraRate.debt(last, now);
        long owed = Math.max(0, debt - rate.burstNanos());
        return new QuotaCheckpoint(
                nowMillis,
                QuotaCheckpoint.milliUnits(rate, debt - owed),
                QuotaCheckpoint.milliUnits(rate, owed),
                others);
    }

    /** Returns true if a caller knows a newer plan. */
    boolean isOutdatedFor(Caller caller) {
        return caller.planSince() > since && !plan.equals(caller.plan());
    }

    /** Takes units from all policies if all have them. Returns null if the bucket is retired. */
    @Nullable
    Quota take(Caller caller, EngineClock clock, int units) {
        return further == null ? take(clock, units) : further.take(this, caller, clock, units);
    }

    /** Takes units if there are enough. Returns null if the bucket is retired. */
    @Nullable
    Quota take(EngineClock clock, int units) {
        long cost = units * rate.nanosPerUnit();
        while (true) {
            long old = arrival;
            if (old == RETIRED) {
                return null;
            }
            // The clock is read after the number. An earlier time would count as debt what other calls have taken
            // since.
            long now = clock.nanoTime();
            long base = old - now > 0 ? old : now;
            long debt = base + cost - now;
            if (debt > rate.burstNanos() && units > 0) {
                return quota(false, base - now, rate.waitSeconds(debt));
            }
            if (units == 0) {
                return quota(true, debt, 0);
            }
            if (ARRIVAL.compareAndSet(this, old, base + cost)) {
                noteIfMoved(debt, base + cost);
                return quota(true, debt, 0);
            }
        }
    }

    /**
     * Takes units even if there are too few, until the bucket is a burst below zero. The debt has to refill before the
     * next call passes.
     *
     * @return the units that it took; {@link #IS_RETIRED} if the bucket is retired
     */
    long owe(EngineClock clock, long units) {
        while (true) {
            long old = arrival;
            if (old == RETIRED) {
                return IS_RETIRED;
            }
            long now = clock.nanoTime();
            long base = old - now > 0 ? old : now;
            long room = Math.max(0, now + 2 * rate.burstNanos() - base) / rate.nanosPerUnit();
            long taken = Math.min(units, room);
            long next = base + taken * rate.nanosPerUnit();
            if (ARRIVAL.compareAndSet(this, old, next)) {
                noteIfMoved(next - now, next);
                return taken;
            }
        }
    }

    private void noteIfMoved(long debt, long reached) {
        if (debt >= nanosPerCheckpoint && reached - markedArrival >= nanosPerCheckpoint) {
            note();
        }
    }

    private void note() {
        if (!noted && checkpoints != null) {
            noted = true;
            checkpoints.note(this);
        }
    }

    /** Returns the seconds until there are enough units, at least 1. Returns 0 if there are enough now or the bucket is retired. */
    long waitSeconds(long now, int units) {
        long last = arrival;
        return last == RETIRED ? 0 : rate.waitSeconds(GcraRate.debt(last, now) + units * rate.nanosPerUnit());
    }

    /** Gives units back. Returns false if the bucket is retired. */
    boolean refund(Caller caller, Quota taken, int units) {
        long cost = units * rate.nanosPerUnit();
        while (true) {
            long old = arrival;
            if (old == RETIRED) {
                return false;
            }
            if (ARRIVAL.compareAndSet(this, old, old - cost)) {
                break;
            }
        }
        if (further != null) {
            further.refund(caller, taken, units);
        }
        return true;
    }

    /**
     * Returns the successor of this bucket under the plan that the caller knows, or under the plan of the caller that
     * was first. The used units are kept, cut to the new burst.
     */
    synchronized Bucket successor(Caller caller, EngineClock clock) {
        Successor known = successor;
        if (known == null) {
            long last = ARRIVAL.getAndSet(this, RETIRED);
            known = new Successor(caller.plan(), caller.planSince(), last);
            successor = known;
        }
        long now = clock.nanoTime();
        GcraRate nextRate = GcraRate.of(known.plan.requests(), known.plan.window());
        return new Bucket(
                new Tenure(known.plan, known.since, workspace, checkpoints),
                AdditionalPolicies.of(known.plan, further, now),
                now + rate.debtAt(nextRate, GcraRate.debt(known.lastArrival, now)));
    }

    private Quota quota(boolean allowed, long debt, long retryAfter) {
        return new Quota(plan, allowed, rate.left(debt), rate.nextUnitSeconds(debt), retryAfter);
    }

    /**
     * The successor's plan and start, fixed at the moment of retirement.
     *
     * @param lastArrival the number with which this bucket ended
     */
    private record Successor(Plan plan, long since, long lastArrival) {}

    /**
     * The workspace of a bucket with its plan.
     *
     * @param since when the plan began, in commit order
     */
    private record Tenure(
            Plan plan, long since, Id workspace, @Nullable QuotaCheckpointWriter checkpoints) {}
}
