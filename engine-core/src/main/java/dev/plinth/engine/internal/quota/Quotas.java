package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The door of the room: takes units from the bucket of a workspace. Thread-safe, and for a plan of one policy without locks. */
public final class Quotas {
    private final ConcurrentHashMap<Id, Bucket> buckets = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, LongAdder> shadowRefusals = new ConcurrentHashMap<>();
    private final EngineClock clock;
    private final @Nullable QuotaCheckpointWriter checkpoints;
    private final WorkerQuotas workers;
    private final ConcurrentCalls calls = new ConcurrentCalls();

    /** Buckets that refill by this clock, and are full after a restart. */
    public Quotas(EngineClock clock) {
        this(clock, null);
    }

    /** Buckets that refill by this clock, and know after a restart what was used before. */
    public Quotas(EngineClock clock, @Nullable QuotaCheckpointWriter checkpoints) {
        this.clock = clock;
        this.checkpoints = checkpoints;
        this.workers = new WorkerQuotas(clock);
    }

    /** The buckets for workers' calls. */
    public WorkerQuotas workers() {
        return workers;
    }

    /** The calls that are under way. */
    public ConcurrentCalls calls() {
        return calls;
    }

    /** Writes what all workspaces have used. */
    public void writeMarks() {
        if (checkpoints != null) {
            checkpoints.write(buckets.values());
        }
    }

    /** Takes units under all policies of the caller's plan, or none if one of them has not enough. */
    public Quota take(Caller caller, int units) {
        while (true) {
            Bucket bucket = bucket(caller);
            Quota quota = bucket.take(caller, clock, units);
            if (quota != null) {
                if (!quota.others().isEmpty() && quota.allowed()) {
                    countShadows(quota);
                }
                return quota;
            }
            replace(caller, bucket);
        }
    }

    /**
     * Charges a workspace for work that a call has begun, whether its bucket has the units or not: as much as the bucket holds at most. What is
     * missing has to come back before the next call of the workspace passes.
     */
    public Quota owe(Caller caller, long units) {
        long owed = Math.min(units, caller.plan().requests());
        Bucket bucket = bucket(caller);
        while (!bucket.owe(clock, owed)) {
            replace(caller, bucket);
            bucket = bucket(caller);
        }
        return inspect(caller);
    }

    /** How a bucket stands, without taking anything. */
    public Quota inspect(Caller caller) {
        return take(caller, 0);
    }

    /** Gives units back that were taken for a call that the engine itself failed. */
    public void refund(Caller caller, Quota taken, int units) {
        Bucket bucket = buckets.get(caller.workspace());
        while (bucket != null && !bucket.refund(caller, taken, units)) {
            replace(caller, bucket);
            bucket = buckets.get(caller.workspace());
        }
    }

    /** How many calls each policy in shadow would have refused, by {@code plan/policy}. */
    public Map<String, Long> shadowRefusals() {
        Map<String, Long> counts = new TreeMap<>();
        shadowRefusals.forEach((policy, count) -> counts.put(policy, count.sum()));
        return counts;
    }

    /** Puts a workspace under the plan that it has by now: what it has used comes back by that from now on, whether it calls or not. */
    public void follow(Caller planned) {
        Bucket bucket = buckets.get(planned.workspace());
        if (bucket != null && bucket.isOutdatedFor(planned)) {
            replace(planned, bucket);
        }
    }

    /** Forgets the bucket of a workspace that is deleted. */
    public void forget(Id workspace) {
        buckets.remove(workspace);
        workers.forget(workspace);
        calls.forget(workspace);
    }

    /** Forgets all buckets. */
    public void clear() {
        buckets.clear();
        workers.clear();
    }

    private Bucket bucket(Caller caller) {
        Bucket bucket = buckets.get(caller.workspace());
        while (bucket == null || bucket.isOutdatedFor(caller)) {
            if (bucket == null) {
                bucket = buckets.computeIfAbsent(caller.workspace(), id -> Bucket.first(caller, clock, checkpoints));
            } else {
                replace(caller, bucket);
                bucket = buckets.get(caller.workspace());
            }
        }
        return bucket;
    }

    /** Puts the successor in the place of a bucket that is retired or outdated, unless somebody else has. */
    private void replace(Caller caller, Bucket bucket) {
        buckets.replace(caller.workspace(), bucket, bucket.successor(caller, clock));
    }

    private void countShadows(Quota quota) {
        for (PolicyQuota other : quota.others()) {
            if (!other.taken()) {
                shadowRefusals
                        .computeIfAbsent(
                                quota.plan().name() + "/" + other.policy().name(), name -> new LongAdder())
                        .increment();
            }
        }
    }
}
