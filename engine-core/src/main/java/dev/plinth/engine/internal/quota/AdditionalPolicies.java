package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The policies beside a plan's own, for one workspace: one theoretical arrival time for each policy, or for each policy
 * and key. A call takes from all or from none, so the calls of one workspace take one by one here. A plan without such
 * policies takes no lock.
 */
final class AdditionalPolicies {
    private static final long PRUNE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int USED_MAX = 500;

    private final List<RatePolicy> policies;
    private final List<GcraRate> rates = new ArrayList<>();
    private final List<Map<Id, Long>> arrivals = new ArrayList<>(); // guarded by this

    private long prunedAt; // guarded by this

    private AdditionalPolicies(List<RatePolicy> policies) {
        this.policies = policies;
        for (RatePolicy policy : policies) {
            rates.add(GcraRate.of(policy.requests(), policy.window()));
            arrivals.add(new HashMap<>());
        }
    }

    /**
     * Returns the further policies of a plan, or null if it has none.
     *
     * @param before the policies of the previous plan; policies of the same name keep their used units
     */
    static @Nullable AdditionalPolicies of(Plan plan, @Nullable AdditionalPolicies before, long now) {
        if (plan.policies().isEmpty()) {
            return null;
        }
        AdditionalPolicies further = new AdditionalPolicies(plan.policies());
        if (before != null) {
            synchronized (before) {
                further.inherit(before, now);
            }
        }
        return further;
    }

    /** Takes units from the bucket and from all policies. Returns null if the bucket is retired. */
    synchronized @Nullable Quota take(Bucket bucket, Caller caller, EngineClock clock, int units) {
        long now = clock.nanoTime();
        prune(now);
        RatePolicy violated = null;
        long wait = 0;
        for (int i = 0; i < policies.size(); i++) {
            long policyWait = units == 0 ? 0 : waitSeconds(i, caller, now, units);
            if (policyWait > wait && policies.get(i).mode() == RatePolicy.Mode.ENFORCE) {
                violated = policies.get(i);
                wait = policyWait;
            }
        }
        Quota quota = bucket.take(clock, violated == null ? units : 0);
        if (quota == null) {
            return null;
        }
        boolean allowed = quota.allowed() && violated == null;
        List<PolicyQuota> others = new ArrayList<>(policies.size());
        for (int i = 0; i < policies.size(); i++) {
            boolean fits = waitSeconds(i, caller, now, units) == 0;
            if (allowed && fits) {
                move(i, caller, now, units * rates.get(i).nanosPerUnit());
            }
            long debt = GcraRate.debt(arrival(i, caller, now), now);
            others.add(new PolicyQuota(
                    policies.get(i),
                    allowed && fits,
                    rates.get(i).left(debt),
                    rates.get(i).nextUnitSeconds(debt)));
        }
        return new Quota(
                quota.plan(),
                allowed,
                quota.remaining(),
                quota.nextUnitSeconds(),
                violated == null ? quota.retryAfterSeconds() : Math.max(wait, bucket.waitSeconds(now, units)),
                List.copyOf(others),
                violated);
    }

    /** Gives back the units of a call. */
    synchronized void refund(Caller caller, Quota taken, int units) {
        for (int i = 0; i < policies.size(); i++) {
            for (PolicyQuota other : taken.others()) {
                if (other.taken() && other.policy().equals(policies.get(i))) {
                    long cost = units * rates.get(i).nanosPerUnit();
                    arrivals.get(i).computeIfPresent(key(i, caller), (key, arrival) -> arrival - cost);
                }
            }
        }
    }

    /** Returns the burst of the smallest policy, in units. */
    int smallestBurst() {
        int smallest = Integer.MAX_VALUE;
        for (RatePolicy policy : policies) {
            smallest = Math.min(smallest, policy.requests());
        }
        return smallest;
    }

    /** Returns the used units of each policy and key. Beyond {@value #USED_MAX} entries some are left out. */
    synchronized List<QuotaCheckpoint.OfPolicy> used(long now) {
        List<QuotaCheckpoint.OfPolicy> used = new ArrayList<>();
        for (int i = 0; i < policies.size(); i++) {
            for (Map.Entry<Id, Long> each : arrivals.get(i).entrySet()) {
                long debt = GcraRate.debt(each.getValue(), now);
                if (debt > 0 && used.size() < USED_MAX) {
                    Id key = each.getKey().kind() == IdKind.KEY ? each.getKey() : null;
                    used.add(new QuotaCheckpoint.OfPolicy(
                            policies.get(i).name(), key, QuotaCheckpoint.milliUnits(rates.get(i), debt)));
                }
            }
        }
        return used;
    }

    /** Restores the used units of before a restart. */
    synchronized void restore(List<QuotaCheckpoint.OfPolicy> used, Id workspace, long now, long elapsedNanos) {
        for (QuotaCheckpoint.OfPolicy each : used) {
            for (int i = 0; i < policies.size(); i++) {
                if (policies.get(i).name().equals(each.policy())) {
                    long debt = QuotaCheckpoint.debt(rates.get(i), each.milliUnits(), elapsedNanos);
                    Id key = each.key();
                    arrivals.get(i).put(key == null ? workspace : key, now + debt);
                }
            }
        }
    }

    private long waitSeconds(int i, Caller caller, long now, int units) {
        GcraRate rate = rates.get(i);
        return rate.waitSeconds(GcraRate.debt(arrival(i, caller, now), now) + units * rate.nanosPerUnit());
    }

    private long arrival(int i, Caller caller, long now) {
        return arrivals.get(i).getOrDefault(key(i, caller), now);
    }

    private void move(int i, Caller caller, long now, long cost) {
        if (cost > 0) {
            arrivals.get(i).put(key(i, caller), now + GcraRate.debt(arrival(i, caller, now), now) + cost);
        }
    }

    /**
     * Returns the owner of an arrival time: the workspace, the key, or the workspace again for all keys for which there
     * is no room.
     */
    private Id key(int i, Caller caller) {
        boolean perKey = policies.get(i).per() == RatePolicy.Per.KEY;
        boolean room = arrivals.get(i).size() < Limits.POLICY_KEYS_MAX
                || arrivals.get(i).containsKey(caller.key());
        return perKey && room ? caller.key() : caller.workspace();
    }

    /** Forgets keys that have all their units again, at most once a second and only if there are many. */
    private void prune(long now) {
        for (Map<Id, Long> ofPolicy : arrivals) {
            if (ofPolicy.size() >= Limits.POLICY_KEYS_MAX && now - prunedAt >= PRUNE_NANOS) {
                prunedAt = now;
                ofPolicy.values().removeIf(arrival -> arrival - now <= 0);
            }
        }
    }

    private void inherit(AdditionalPolicies before, long now) {
        for (int i = 0; i < policies.size(); i++) {
            for (int j = 0; j < before.policies.size(); j++) {
                RatePolicy old = before.policies.get(j);
                if (old.name().equals(policies.get(i).name())
                        && old.per() == policies.get(i).per()) {
                    GcraRate from = before.rates.get(j);
                    GcraRate to = rates.get(i);
                    Map<Id, Long> mine = arrivals.get(i);
                    before.arrivals
                            .get(j)
                            .forEach((key, arrival) ->
                                    mine.put(key, now + from.debtAt(to, GcraRate.debt(arrival, now))));
                }
            }
        }
    }
}
