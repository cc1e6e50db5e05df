package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.Plan;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One bucket by the generic cell rate algorithm (ITU-T I.371): a single number, the theoretical arrival time, tells how far
 * the workspace is ahead of its rate. No refill thread, no window edges.
 *
 * <p>When the plan changes, the bucket is retired: its number is swapped for a mark, and whoever meets the mark makes or finds
 * the successor. So no unit taken beside the change is lost.
 */
final class Bucket {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long RETIRED = Long.MIN_VALUE;

    private final Plan plan;
    private final long nanosPerUnit;
    private final long burstNanos;
    private final AtomicLong arrival;
    private volatile long retiredAt;

    private Bucket(Plan plan, long arrivalNanos) {
        this.plan = plan;
        this.nanosPerUnit = Math.max(1, plan.windowSeconds() * NANOS_PER_SECOND / plan.requests());
        this.burstNanos = nanosPerUnit * plan.requests();
        this.arrival = new AtomicLong(arrivalNanos);
    }

    static Bucket full(Plan plan, long nowNanos) {
        return new Bucket(plan, nowNanos);
    }

    Plan plan() {
        return plan;
    }

    /** Takes units if they are there; null if the bucket is retired. */
    @Nullable
    Quota take(long now, int units) {
        long cost = units * nanosPerUnit;
        while (true) {
            long old = arrival.get();
            if (old == RETIRED) {
                return null;
            }
            long base = old - now > 0 ? old : now;
            long debt = base + cost - now;
            if (debt > burstNanos && units > 0) {
                long wait = seconds(debt - burstNanos);
                return quota(false, base - now, Math.max(1, wait));
            }
            if (units == 0 || arrival.compareAndSet(old, base + cost)) {
                return quota(true, debt, 0);
            }
        }
    }

    void refund(int units) {
        long cost = units * nanosPerUnit;
        arrival.updateAndGet(old -> old == RETIRED ? RETIRED : old - cost);
    }

    /** The bucket that takes this one's place under another plan: the used units are kept, cut to the new burst. */
    synchronized Bucket successor(Plan next, long now) {
        long old = arrival.getAndSet(RETIRED);
        if (old == RETIRED) {
            old = retiredAt;
        } else {
            retiredAt = old;
        }
        Bucket bucket = new Bucket(next, now);
        double used = Math.max(0, old - now) / (double) nanosPerUnit;
        long debt = Math.min(bucket.burstNanos, Math.round(used * bucket.nanosPerUnit));
        bucket.arrival.set(now + debt);
        return bucket;
    }

    private Quota quota(boolean allowed, long debt, long retryAfter) {
        long left = Math.max(0, (burstNanos - debt) / nanosPerUnit);
        long next = debt <= 0 ? 0 : seconds((debt - 1) % nanosPerUnit + 1);
        return new Quota(plan, allowed, left, next, retryAfter);
    }

    private static long seconds(long nanos) {
        return (nanos + NANOS_PER_SECOND - 1) / NANOS_PER_SECOND;
    }
}
