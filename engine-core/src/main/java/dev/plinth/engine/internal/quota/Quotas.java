package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.api.Plan;
import dev.plinth.engine.internal.base.Id;
import java.util.concurrent.ConcurrentHashMap;

/** The door of the room: takes units from the bucket of a workspace. Thread-safe, without locks. */
public final class Quotas {
    private final ConcurrentHashMap<Id, Bucket> buckets = new ConcurrentHashMap<>();
    private final EngineClock clock;

    /** Buckets that refill by this clock. */
    public Quotas(EngineClock clock) {
        this.clock = clock;
    }

    /** Takes units, or none if there are not enough. */
    public Quota take(Id workspace, Plan plan, int units) {
        while (true) {
            Bucket bucket = bucket(workspace, plan);
            long now = clock.nanoTime();
            Quota quota = bucket.take(now, units);
            if (quota != null) {
                return quota;
            }
            buckets.replace(workspace, bucket, bucket.successor(plan, now));
        }
    }

    /** How a bucket stands, without taking anything. */
    public Quota inspect(Id workspace, Plan plan) {
        return take(workspace, plan, 0);
    }

    /** Gives units back that were taken for a call that the engine itself failed. */
    public void refund(Id workspace, Plan plan, int units) {
        bucket(workspace, plan).refund(units);
    }

    /** Forgets all buckets. */
    public void clear() {
        buckets.clear();
    }

    private Bucket bucket(Id workspace, Plan plan) {
        Bucket bucket = buckets.get(workspace);
        if (bucket == null) {
            bucket = buckets.computeIfAbsent(workspace, id -> Bucket.full(plan, clock.nanoTime()));
        }
        while (!bucket.plan().equals(plan)) {
            Bucket next = bucket.successor(plan, clock.nanoTime());
            bucket = buckets.replace(workspace, bucket, next)
                    ? next
                    : buckets.computeIfAbsent(workspace, id -> Bucket.full(plan, clock.nanoTime()));
        }
        return bucket;
    }
}
