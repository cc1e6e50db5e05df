package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.webhook.send.FairShares;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Picks the delivery that starts next. Workspaces take turns, and so do the endpoints of a workspace. The one that has
 * waited longest is first.
 *
 * <p>These limits keep one sender from holding up the others:
 * <ul>
 * <li>A workspace has its share of the attempts in flight ({@link FairShares}), at most what its plan allows, and its
 *     slow endpoints half of that.
 * <li>An endpoint has as many attempts in flight as it has proved to take ({@link EndpointThrottle}), and as many a
 * second as it asks for.
 * <li>A host and port has a limit per second and in flight over all workspaces, so that no receiver is flooded.
 * </ul>
 *
 * <p>All of it is in memory, so after a restart each endpoint counts as a good one. Thread-safe.
 */
final class DeliveryScheduler {
    private final Map<Id, EndpointThrottle> throttles = new HashMap<>();
    /**
     * The throttles with deliveries that may be ready to start, by workspace. The workspace that was served last is
     * last.
     */
    private final Map<Id, Set<EndpointThrottle>> turns = new LinkedHashMap<>();

    private final Map<String, Host> hosts = new HashMap<>();
    private final Map<Id, Integer> slowInFlight = new HashMap<>();
    private final FairShares<Id> fairShares;
    private final FairShares<Id> tests =
            new FairShares<>(Limits.WEBHOOK_TESTS_RUNNING_MAX, Limits.WEBHOOK_TESTS_RUNNING_PER_WORKSPACE_MAX);
    private final ToIntFunction<String> perSecondToHost;
    private final Map<Id, Bound> bounds = new HashMap<>();
    private int perEndpoint;

    /**
     * Makes a scheduler that knows no endpoint.
     *
     * @param places the attempts that may be in flight at once, in all and at an endpoint
     * @param perSecondToHost returns how many webhooks a host and port gets a second, and at once
     */
    DeliveryScheduler(Places places, ToIntFunction<String> perSecondToHost) {
        this.fairShares = new FairShares<>(places.deliveries(), Integer.MAX_VALUE);
        this.perEndpoint = places.deliveriesPerEndpoint();
        this.perSecondToHost = perSecondToHost;
    }

    /** The most attempts in flight that the plan of a workspace allows, and how new that plan is. */
    private record Bound(int most, long since) {}

    /** The right of one attempt to be in flight. The attempt gives it back once. */
    static final class Slot {
        private final EndpointThrottle throttle;
        private final String host;
        private final boolean slow;
        private int weight;

        private Slot(EndpointThrottle throttle, String host) {
            this.throttle = throttle;
            this.host = host;
            this.slow = throttle.isSlow();
            this.weight = throttle.weight();
        }
    }

    /** A host and port with the attempts in flight there. */
    private static final class Host {
        private int most;
        private final RateLimiter rateLimiter;
        private int inFlight;

        Host(int perSecond) {
            most = perSecond;
            rateLimiter = new RateLimiter(perSecond);
        }
    }

    /** Tells that a delivery waits, or may wait, in the queue of an endpoint. Returns the throttle of the endpoint. */
    synchronized EndpointThrottle queued(Id workspace, Id endpoint, long queue) {
        EndpointThrottle throttle = throttles.computeIfAbsent(
                endpoint, id -> new EndpointThrottle(workspace, endpoint, queue, perEndpoint));
        throttle.signal();
        activate(throttle);
        return throttle;
    }

    /** Tells that an endpoint has changed. */
    synchronized void changed(Id endpoint) {
        EndpointThrottle throttle = throttles.get(endpoint);
        if (throttle != null) {
            throttle.forgetDescription();
        }
    }

    /** Tells that an endpoint is deleted. */
    synchronized void forget(Id endpoint) {
        EndpointThrottle throttle = throttles.get(endpoint);
        if (throttle != null) {
            throttle.delete();
            throttle.forgetDescription();
            forgetIfDone(throttle);
        }
    }

    /** Tells that the rates of hosts have changed. */
    synchronized void ratesChanged() {
        hosts.forEach((name, host) -> {
            host.most = perSecondToHost.applyAsInt(name);
            host.rateLimiter.setRate(host.most);
        });
    }

    /** Allows other numbers of attempts at once from now on. Those in flight go on. */
    synchronized void resize(Places places) {
        fairShares.resize(places.deliveries());
        perEndpoint = places.deliveriesPerEndpoint();
        for (EndpointThrottle throttle : throttles.values()) {
            throttle.resize(perEndpoint);
            throttle.signal();
            activate(throttle);
        }
    }

    /** Has the plan of a workspace followed from now on. Read its plan afterwards. */
    synchronized void watch(Id workspace) {
        bounds.putIfAbsent(workspace, new Bound(Plan.UNLIMITED, Long.MIN_VALUE));
    }

    /** Takes over the plan of a workspace that is followed, unless a newer one is known. */
    synchronized void follow(Caller planned) {
        bounds.computeIfPresent(
                planned.workspace(),
                (workspace, known) -> planned.planSince() < known.since
                        ? known
                        : new Bound(planned.plan().deliveriesRunningMax(), planned.planSince()));
    }

    /** Forgets the plan of a deleted workspace. */
    synchronized void unwatch(Id workspace) {
        bounds.remove(workspace);
    }

    /** Returns the workspaces whose plans are followed. */
    synchronized List<Id> watched() {
        return List.copyOf(bounds.keySet());
    }

    private int most(Id workspace) {
        Bound bound = bounds.get(workspace);
        return bound == null ? fairShares.most() : Math.min(bound.most, fairShares.most());
    }

    /** Takes over the settings of an endpoint. */
    synchronized void describe(EndpointThrottle throttle, String hostAndPort, int perSecond) {
        throttle.describe(hostAndPort, perSecond);
    }

    /**
     * Takes a throttle out of the turns, because no delivery waits there that could start. Does nothing if deliveries
     * have come since its signals were read.
     */
    synchronized void rest(EndpointThrottle throttle, long signals) {
        throttle.restartLap();
        if (throttle.signals() == signals) {
            deactivate(throttle);
            forgetIfDone(throttle);
        }
    }

    synchronized long signals(EndpointThrottle throttle) {
        return throttle.signals();
    }

    synchronized long searchFrom(EndpointThrottle throttle) {
        return throttle.searchFrom();
    }

    synchronized void restartLap(EndpointThrottle throttle) {
        throttle.restartLap();
    }

    /** Returns the next throttle, or null if none can start an attempt now. */
    synchronized @Nullable EndpointThrottle next(long nowMillis) {
        for (Map.Entry<Id, Set<EndpointThrottle>> turn : turns.entrySet()) {
            int most = most(turn.getKey());
            if (fairShares.held(turn.getKey()) < most) {
                for (EndpointThrottle throttle : turn.getValue()) {
                    if (isFree(throttle, most) && nextMillis(throttle) <= nowMillis) {
                        return throttle;
                    }
                }
            }
        }
        return null;
    }

    /**
     * Returns when a throttle can start an attempt that only a rate holds up, in epoch milliseconds, or
     * {@code Long.MAX_VALUE} for never.
     */
    synchronized long nextMillis(long nowMillis) {
        long next = Long.MAX_VALUE;
        for (Map.Entry<Id, Set<EndpointThrottle>> turn : turns.entrySet()) {
            int most = most(turn.getKey());
            if (fairShares.held(turn.getKey()) < most) {
                for (EndpointThrottle throttle : turn.getValue()) {
                    long millis = isFree(throttle, most) ? nextMillis(throttle) : 0;
                    next = millis > nowMillis ? Math.min(next, millis) : next;
                }
            }
        }
        return next;
    }

    /** Begins an attempt at a throttle. */
    synchronized Slot take(EndpointThrottle throttle, long number, long nowMillis) {
        String host = throttle.host();
        Slot slot = new Slot(throttle, host == null ? "" : host);
        throttle.begin(nowMillis);
        throttle.started(number);
        Host to = host(slot.host, nowMillis);
        to.inFlight++;
        to.rateLimiter.take(nowMillis);
        fairShares.take(throttle.workspace(), slot.weight);
        if (slot.slow) {
            slowInFlight.merge(throttle.workspace(), 1, Integer::sum);
        }
        Set<EndpointThrottle> own = turns.remove(throttle.workspace());
        if (own != null) {
            own.remove(throttle);
            if (!throttle.isFull()) {
                own.add(throttle);
            }
            if (!own.isEmpty()) {
                turns.put(throttle.workspace(), own); // the next turn of both comes after the others
            }
        }
        return slot;
    }

    /**
     * Sets the bytes of an attempt. A large one takes the places of several. The next attempts at its throttle begin
     * with as many places, because an attempt knows its event only after it has begun.
     *
     * @return true if places are free now
     */
    synchronized boolean weigh(Slot slot, int bytes) {
        int weight = 1 + bytes / Limits.DELIVERY_PLACE_BYTES;
        int more = weight - slot.weight;
        slot.weight = weight;
        slot.throttle.weighed(weight);
        if (more > 0) {
            fairShares.take(slot.throttle.workspace(), more);
        } else if (more < 0) {
            fairShares.giveBack(slot.throttle.workspace(), -more);
        }
        return more < 0;
    }

    /** Takes over the result of an attempt that has not ended yet. */
    synchronized void sent(Slot slot, boolean delivered, long durationMillis) {
        slot.throttle.sent(delivered, durationMillis);
    }

    /** Ends an attempt. */
    synchronized void giveBack(Slot slot) {
        EndpointThrottle throttle = slot.throttle;
        throttle.end();
        Host to = hosts.get(slot.host);
        if (to != null) {
            to.inFlight--;
        }
        fairShares.giveBack(throttle.workspace(), slot.weight);
        if (slot.slow) {
            slowInFlight.computeIfPresent(throttle.workspace(), (id, had) -> had == 1 ? null : had - 1);
        }
        throttle.signal();
        activate(throttle);
    }

    /** Begins a test event. Returns false if too many are in flight, for the workspace or in all. */
    synchronized boolean takeTest(Id workspace) {
        boolean free = tests.isFree(workspace);
        if (free) {
            tests.take(workspace, 1);
        }
        return free;
    }

    /** Ends a test event. */
    synchronized void giveBackTest(Id workspace) {
        tests.giveBack(workspace, 1);
    }

    /** Returns how many endpoints the scheduler remembers. */
    synchronized int size() {
        return throttles.size();
    }

    private boolean isFree(EndpointThrottle throttle, int most) {
        if (throttle.isFull()) {
            return false;
        }
        if (throttle.isSlow() && slowInFlight.getOrDefault(throttle.workspace(), 0) >= Math.max(1, most / 2)) {
            return false;
        }
        Host host = hosts.get(throttle.host());
        return host == null || host.inFlight < host.most;
    }

    private long nextMillis(EndpointThrottle throttle) {
        Host host = hosts.get(throttle.host());
        return host == null ? throttle.nextMillis() : Math.max(host.rateLimiter.nextMillis(), throttle.nextMillis());
    }

    private Host host(String hostAndPort, long nowMillis) {
        if (hosts.size() >= Limits.DELIVERY_HOSTS_REMEMBERED && !hosts.containsKey(hostAndPort)) {
            hosts.values().removeIf(host -> host.inFlight == 0 && host.rateLimiter.isUnused(nowMillis));
        }
        return hosts.computeIfAbsent(hostAndPort, host -> new Host(perSecondToHost.applyAsInt(host)));
    }

    private void activate(EndpointThrottle throttle) {
        if (!throttle.isFull()) {
            turns.computeIfAbsent(throttle.workspace(), id -> new LinkedHashSet<>())
                    .add(throttle);
        }
    }

    private void deactivate(EndpointThrottle throttle) {
        Set<EndpointThrottle> own = turns.get(throttle.workspace());
        if (own != null && own.remove(throttle) && own.isEmpty()) {
            turns.remove(throttle.workspace());
        }
    }

    private void forgetIfDone(EndpointThrottle throttle) {
        if (throttle.isForgettable()) {
            deactivate(throttle);
            throttles.remove(throttle.endpoint());
        }
    }
}
