package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.api.Plan;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The buckets for the calls of workers. Their rate is {@link Limits#WORKER_CALLS_PER_REQUEST} times the plan's, and
 * they are full after a restart. Thread-safe.
 */
final class WorkerQuotas {
    private static final int REQUESTS_MAX = 1_000_000;

    private final ConcurrentHashMap<Id, AtomicLong> arrivals = new ConcurrentHashMap<>();
    private final EngineClock clock;

    WorkerQuotas(EngineClock clock) {
        this.clock = clock;
    }

    /**
     * Takes a unit of the caller's workspace and returns 0. If there is none, returns the seconds until there is one,
     * at least 1.
     */
    long take(Caller caller) {
        Plan plan = caller.plan();
        GcraRate rate = GcraRate.of(requests(plan), plan.window());
        AtomicLong arrival = arrivals.computeIfAbsent(caller.workspace(), id -> new AtomicLong(clock.nanoTime()));
        while (true) {
            long old = arrival.get();
            long now = clock.nanoTime();
            long debt = GcraRate.debt(old, now) + rate.nanosPerUnit();
            long wait = rate.waitSeconds(debt);
            if (wait > 0 || arrival.compareAndSet(old, now + debt)) {
                return wait;
            }
        }
    }

    /** Returns how many calls of workers a plan allows in its window. */
    static int requests(Plan plan) {
        return (int) Math.min(REQUESTS_MAX, (long) plan.requests() * Limits.WORKER_CALLS_PER_REQUEST);
    }

    void forget(Id workspace) {
        arrivals.remove(workspace);
    }

    void clear() {
        arrivals.clear();
    }
}
