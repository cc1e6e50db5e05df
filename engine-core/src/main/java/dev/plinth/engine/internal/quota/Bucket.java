package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.api.Plan;
import dev.plinth.engine.internal.base.Caller;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The bucket of a workspace: a single number, the theoretical arrival time, tells how far the workspace is ahead of its rate. No
 * refill thread, no window edges. If the plan has further policies, they stand beside it.
 *
 * <p>When the plan changes, the bucket is retired: its number is swapped for a mark, and whoever meets the mark makes or finds
 * the successor. So no unit taken beside the change is lost.
 */
final class Bucket {
    private static final long RETIRED = Long.MIN_VALUE;

    private final Plan plan;
    private final long since;
    private final Rate rate;
    private final @Nullable FurtherPolicies further;
    private final AtomicLong arrival;
    private @Nullable Heir heir; // guarded by this

    private Bucket(Plan plan, long since, @Nullable FurtherPolicies further, long arrivalNanos) {
        this.plan = plan;
        this.since = since;
        this.rate = Rate.of(plan.requests(), plan.windowSeconds());
        this.further = further;
        this.arrival = new AtomicLong(arrivalNanos);
    }

    static Bucket full(Caller caller, EngineClock clock) {
        return new Bucket(
                caller.plan(), caller.planSince(), FurtherPolicies.of(caller.plan(), null, 0), clock.nanoTime());
    }

    /** True if a caller knows of another plan that is younger than this one. */
    boolean isOutdatedFor(Caller caller) {
        return caller.planSince() > since && !plan.equals(caller.plan());
    }

    /** Takes units from all policies if all have them; null if the bucket is retired. */
    @Nullable
    Quota take(Caller caller, EngineClock clock, int units) {
        return further == null ? take(clock, units) : further.take(this, caller, clock, units);
    }

    /** Takes units if they are there; null if the bucket is retired. */
    @Nullable
    Quota take(EngineClock clock, int units) {
        long cost = units * rate.nanosPerUnit();
        while (true) {
            long old = arrival.get();
            if (old == RETIRED) {
                return null;
            }
            // Asked after the number: a time from before it would count what others have taken since as debt.
            long now = clock.nanoTime();
            long base = old - now > 0 ? old : now;
            long debt = base + cost - now;
            if (debt > rate.burstNanos() && units > 0) {
                return quota(false, base - now, rate.waitSeconds(debt));
            }
            if (units == 0 || arrival.compareAndSet(old, base + cost)) {
                return quota(true, debt, 0);
            }
        }
    }

    /** Seconds until units are there, at least 1; 0 if they are. */
    long waitSeconds(long now, int units) {
        return rate.waitSeconds(Rate.debt(arrival.get(), now) + units * rate.nanosPerUnit());
    }

    /** Gives units back; false if the bucket is retired. */
    boolean refund(Caller caller, Quota taken, int units) {
        long cost = units * rate.nanosPerUnit();
        while (true) {
            long old = arrival.get();
            if (old == RETIRED) {
                return false;
            }
            if (arrival.compareAndSet(old, old - cost)) {
                break;
            }
        }
        if (further != null) {
            further.refund(caller, taken, units);
        }
        return true;
    }

    /**
     * The bucket that takes this one's place under the plan that a caller knows of, or under the one that another caller has
     * given it meanwhile: the used units are kept, cut to the new burst.
     */
    synchronized Bucket successor(Caller caller, EngineClock clock) {
        Heir known = heir;
        if (known == null) {
            long last = arrival.getAndSet(RETIRED);
            known = new Heir(caller.plan(), caller.planSince(), last);
            heir = known;
        }
        long now = clock.nanoTime();
        Bucket next = new Bucket(known.plan, known.since, FurtherPolicies.of(known.plan, further, now), now);
        next.arrival.set(now + rate.debtAt(next.rate, Rate.debt(known.lastArrival, now)));
        return next;
    }

    private Quota quota(boolean allowed, long debt, long retryAfter) {
        return new Quota(plan, allowed, rate.left(debt), rate.nextUnitSeconds(debt), retryAfter);
    }

    /**
     * What is known of the successor from the moment of retirement.
     *
     * @param lastArrival the number that this bucket ended with
     */
    private record Heir(Plan plan, long since, long lastArrival) {}
}
