package dev.plinth.engine.internal.quota;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Plan;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The door of the room: takes units from the bucket of a workspace. Thread-safe, and for a plan of one policy without locks. */
public final class Quotas {
    private final ConcurrentHashMap<Id, Bucket> buckets = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, LongAdder> shadowRefusals = new ConcurrentHashMap<>();
    private final EngineClock clock;
    private final @Nullable QuotaCheckpointWriter checkpoints;
    private final WorkerQuotas workers;
    private final ConcurrentCalls calls = new ConcurrentCalls();

    /** Makes buckets that refill by this clock and are full after a restart. */
    public Quotas(EngineClock clock) {
        this(clock, null);
    }

    /** Makes buckets that refill by this clock and restore their used units after a restart. */
    public Quotas(EngineClock clock, @Nullable QuotaCheckpointWriter checkpoints) {
        this.clock = clock;
        this.checkpoints = checkpoints;
        this.workers = new WorkerQuotas(clock);
    }

    /**
     * Counts one more call of a workspace in flight.
     *
     * @return ends the call, on one thread at a time, and does nothing a second time; null if the workspace has as many
     *     as it may
     */
    public @Nullable Runnable begin(Id workspace) {
        return calls.begin(workspace);
    }

    /**
     * Takes a unit of the workers of the caller's workspace and returns 0. If there is none, returns the seconds until
     * there is one, at least 1.
     */
    public long takeOfWorkers(Caller caller) {
        return workers.take(caller);
    }

    /** Returns how many calls of workers a plan allows in its window. */
    public static int workerRequests(Plan plan) {
        return WorkerQuotas.requests(plan);
    }

    /** Writes the used units of all workspaces. */
    public void writeCheckpoints() {
        if (checkpoints != null) {
            checkpoints.writeBuckets(buckets.values());
        }
    }

    /** Takes units under all policies of the caller's plan, or none if one of them has too few. */
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
     * Charges a workspace for work that a call has begun, even if its bucket has too few units. It charges a full bucket
     * at most, and leaves the bucket a burst below zero at most. The debt has to refill before the next call of the
     * workspace passes.
     *
     * @return the units that it charged
     */
    public int owe(Caller caller, long units) {
        long owed = Math.min(units, caller.plan().requests());
        Bucket bucket = bucket(caller);
        long taken = bucket.owe(clock, owed);
        while (taken == Bucket.IS_RETIRED) {
            replace(caller, bucket);
            bucket = bucket(caller);
            taken = bucket.owe(clock, owed);
        }
        return (int) taken;
    }

    /**
     * Returns the seconds until a bucket has so many units, rounded up, or all of them if the plan has fewer. Returns 0 if
     * it has them. A bucket below zero has not even 0 units.
     */
    public long secondsUntil(Caller caller, int units) {
        return bucket(caller)
                .waitSeconds(clock.nanoTime(), Math.min(units, caller.plan().requests()));
    }

    /** Gives back what {@link #owe} has charged for a call that failed because of the engine itself. */
    public void forgive(Caller caller, int units) {
        if (units > 0) {
            refund(caller, new Quota(caller.plan(), true, 0, 0, 0), units); // no further policy was charged
        }
    }

    /** Returns the state of a bucket without taking units. */
    public Quota inspect(Caller caller) {
        return take(caller, 0);
    }

    /** Gives back the units of a call that failed because of the engine itself. */
    public void refund(Caller caller, Quota taken, int units) {
        Bucket bucket = buckets.get(caller.workspace());
        while (bucket != null && !bucket.refund(caller, taken, units)) {
            replace(caller, bucket);
            bucket = buckets.get(caller.workspace());
        }
    }

    /** Returns how many calls each policy in shadow mode would have refused, by {@code plan/policy}. */
    public Map<String, Long> shadowRefusals() {
        Map<String, Long> counts = new TreeMap<>();
        shadowRefusals.forEach((policy, count) -> counts.put(policy, count.sum()));
        return counts;
    }

    /** Puts a workspace under its present plan. From now on its used units refill by that plan, also without a call. */
    public void follow(Caller planned) {
        workers.follow(planned);
        Bucket bucket = buckets.get(planned.workspace());
        if (bucket != null && bucket.isOutdatedFor(planned)) {
            replace(planned, bucket);
        }
    }

    /**
     * Puts all workspaces under their present plans, as {@link #follow} does with one.
     *
     * @param planned finds the caller of a workspace with its present plan, or null if there is no such workspace
     */
    public void followAll(Function<Id, @Nullable Caller> planned) {
        for (Id workspace : buckets.keySet()) {
            Caller caller = planned.apply(workspace);
            if (caller != null) {
                follow(caller);
            }
        }
    }

    /** Has the buckets of deleted workspaces forgotten. */
    public void register(Store store) {
        store.onCommitted((sequence, writes) -> DeletedWorkspaces.added(writes, this::forget));
    }

    /** Forgets the buckets of a deleted workspace. */
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

    /** Replaces a retired or outdated bucket by its successor, unless another thread has done so. */
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
