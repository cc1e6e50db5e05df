package dev.plinth.engine.internal.quota;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Plan;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The buckets for the calls of workers. Their rate is {@link Limits#WORKER_CALLS_PER_REQUEST} times the plan's, and
 * they are full after a restart. Thread-safe.
 */
final class WorkerQuotas {
    private static final int REQUESTS_MAX = 1_000_000;

    private final ConcurrentHashMap<Id, AtomicReference<Arrival>> arrivals = new ConcurrentHashMap<>();
    private final EngineClock clock;

    WorkerQuotas(EngineClock clock) {
        this.clock = clock;
    }

    /**
     * Takes a unit of the caller's workspace and returns 0. If there is none, returns the seconds until there is one,
     * at least 1.
     */
    long take(Caller caller) {
        AtomicReference<Arrival> arrival = arrivals.computeIfAbsent(
                caller.workspace(),
                id -> new AtomicReference<>(new Arrival(rateOf(caller.plan()), caller.planSince(), clock.nanoTime())));
        while (true) {
            Arrival old = arrival.get();
            long now = clock.nanoTime();
            Arrival present = old.under(caller, now);
            long debt = GcraRate.debt(present.nanos, now) + present.rate.nanosPerUnit();
            long wait = present.rate.waitSeconds(debt);
            Arrival next = wait > 0 ? present : new Arrival(present.rate, present.since, now + debt);
            if (arrival.compareAndSet(old, next)) {
                return wait;
            }
        }
    }

    /** Puts the workers of a workspace under its present plan. Their used units are kept, cut to the new burst. */
    void follow(Caller planned) {
        AtomicReference<Arrival> arrival = arrivals.get(planned.workspace());
        if (arrival != null) {
            Arrival unused = arrival.updateAndGet(old -> old.under(planned, clock.nanoTime()));
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

    private static GcraRate rateOf(Plan plan) {
        return GcraRate.of(requests(plan), plan.window());
    }

    /**
     * The theoretical arrival time of the workers of a workspace.
     *
     * @param rate the rate at which its units were taken
     * @param since how new the plan of that rate is, by {@link Caller#planSince}
     * @param nanos the time, by {@link EngineClock#nanoTime}
     */
    private record Arrival(GcraRate rate, long since, long nanos) {
        /** Returns the same used units under the plan of a caller, if that plan is a newer one with another rate. */
        Arrival under(Caller caller, long now) {
            if (caller.planSince() <= since) {
                return this;
            }
            GcraRate next = rateOf(caller.plan());
            return next.equals(rate)
                    ? this
                    : new Arrival(next, caller.planSince(), now + rate.debtAt(next, GcraRate.debt(nanos, now)));
        }
    }
}
