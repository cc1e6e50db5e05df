package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Says whose delivery starts next. Workspaces take turns, and of each workspace its endpoints: one that has waited longest is asked first.
 *
 * <p>What holds one up, so that it holds up no other:
 * <ul>
 *   <li>a workspace has its share of the attempts in flight ({@link Shares}), and its slow endpoints half of that;
 *   <li>an endpoint has as many in flight as it has shown to take ({@link Outlet}), and no more a second than it asks for;
 *   <li>a host and port has so many a second, and so many in flight, whoever sends there: a stranger is not flooded.
 * </ul>
 *
 * <p>It is memory alone: after a restart an endpoint is taken for a good one. Thread-safe.
 */
final class Outlets {
    private final Map<Id, Outlet> outlets = new HashMap<>();
    /** The outlets at which deliveries may wait that could start, by workspace; who was served last stands last. */
    private final Map<Id, Set<Outlet>> turns = new LinkedHashMap<>();

    private final Map<String, Host> hosts = new HashMap<>();
    private final Map<Id, Integer> slowInFlight = new HashMap<>();
    private final Shares<Id> shares;
    private final Shares<Id> tests =
            new Shares<>(Limits.WEBHOOK_TESTS_RUNNING_MAX, Limits.WEBHOOK_TESTS_RUNNING_PER_WORKSPACE_MAX);
    private final ToIntFunction<String> perSecondToHost;

    /**
     * Outlets of which nothing is known.
     *
     * @param places the attempts that may be in flight at once
     * @param perSecondToHost says for a host and port how many webhooks it gets a second, and at once
     */
    Outlets(int places, ToIntFunction<String> perSecondToHost) {
        this.shares = new Shares<>(places, places);
        this.perSecondToHost = perSecondToHost;
    }

    /** A place that an attempt has; it gives it back once. */
    static final class Place {
        private final Outlet outlet;
        private final String host;
        private final boolean slow;
        private int weight;

        private Place(Outlet outlet, String host) {
            this.outlet = outlet;
            this.host = host;
            this.slow = outlet.isSlow();
            this.weight = outlet.weight();
        }
    }

    /** A host and port, with what is in flight there. */
    private static final class Host {
        private final int most;
        private final Rate rate;
        private int inFlight;

        Host(int perSecond) {
            most = perSecond;
            rate = new Rate(perSecond);
        }
    }

    /** A delivery waits in the queue of an endpoint, or may. Returns the outlet of the endpoint. */
    synchronized Outlet queued(Id workspace, Id endpoint, long queue) {
        Outlet outlet = outlets.computeIfAbsent(endpoint, id -> new Outlet(workspace, endpoint, queue));
        outlet.signal();
        activate(outlet);
        return outlet;
    }

    /** An endpoint has changed. */
    synchronized void changed(Id endpoint) {
        Outlet outlet = outlets.get(endpoint);
        if (outlet != null) {
            outlet.forgetDescription();
        }
    }

    /** An endpoint is deleted. */
    synchronized void forget(Id endpoint) {
        Outlet outlet = outlets.get(endpoint);
        if (outlet != null) {
            outlet.delete();
            outlet.forgetDescription();
            forgetIfDone(outlet);
        }
    }

    /** Takes over what an endpoint says. */
    synchronized void describe(Outlet outlet, String hostAndPort, int perSecond) {
        outlet.describe(hostAndPort, perSecond);
    }

    /** Nothing waits at an outlet that could start, unless something has come since it was asked for its signals. */
    synchronized void rest(Outlet outlet, long signals) {
        outlet.restartLap();
        if (outlet.signals() == signals) {
            deactivate(outlet);
            forgetIfDone(outlet);
        }
    }

    synchronized long signals(Outlet outlet) {
        return outlet.signals();
    }

    synchronized long searchFrom(Outlet outlet) {
        return outlet.searchFrom();
    }

    synchronized void restartLap(Outlet outlet) {
        outlet.restartLap();
    }

    /** Returns the outlet that is next; null if none can start anything now. */
    synchronized @Nullable Outlet next(long nowMillis) {
        for (Map.Entry<Id, Set<Outlet>> turn : turns.entrySet()) {
            int most = shares.most();
            if (shares.held(turn.getKey()) < most) {
                for (Outlet outlet : turn.getValue()) {
                    if (isFree(outlet, most) && nextMillis(outlet) <= nowMillis) {
                        return outlet;
                    }
                }
            }
        }
        return null;
    }

    /** Returns when an outlet can start something that only a rate holds up, in epoch milliseconds; {@code Long.MAX_VALUE} for never. */
    synchronized long nextMillis(long nowMillis) {
        long next = Long.MAX_VALUE;
        for (Map.Entry<Id, Set<Outlet>> turn : turns.entrySet()) {
            int most = shares.most();
            if (shares.held(turn.getKey()) < most) {
                for (Outlet outlet : turn.getValue()) {
                    long millis = isFree(outlet, most) ? nextMillis(outlet) : 0;
                    next = millis > nowMillis ? Math.min(next, millis) : next;
                }
            }
        }
        return next;
    }

    /** An attempt begins at an outlet. */
    synchronized Place take(Outlet outlet, long number, long nowMillis) {
        String host = outlet.host();
        Place place = new Place(outlet, host == null ? "" : host);
        outlet.begin(nowMillis);
        outlet.started(number);
        Host to = host(place.host, nowMillis);
        to.inFlight++;
        to.rate.take(nowMillis);
        shares.take(outlet.workspace(), place.weight);
        if (place.slow) {
            slowInFlight.merge(outlet.workspace(), 1, Integer::sum);
        }
        Set<Outlet> own = turns.remove(outlet.workspace());
        if (own != null) {
            own.remove(outlet);
            if (!outlet.isFull()) {
                own.add(outlet);
            }
            if (!own.isEmpty()) {
                turns.put(outlet.workspace(), own); // the next turn of both comes behind the others
            }
        }
        return place;
    }

    /**
     * An attempt carries so many bytes; a large one takes the place of several. The next attempts at its outlet begin with as many places: which
     * event they carry is known only when they have begun.
     *
     * @return true if places are free now
     */
    synchronized boolean weigh(Place place, int bytes) {
        int weight = 1 + bytes / Limits.DELIVERY_PLACE_BYTES;
        int more = weight - place.weight;
        place.weight = weight;
        place.outlet.weighed(weight);
        if (more > 0) {
            shares.take(place.outlet.workspace(), more);
        } else if (more < 0) {
            shares.giveBack(place.outlet.workspace(), -more);
        }
        return more < 0;
    }

    /** Takes over what came of an attempt that has not ended yet. */
    synchronized void sent(Place place, boolean delivered, long durationMillis) {
        place.outlet.sent(delivered, durationMillis);
    }

    /** An attempt has ended. */
    synchronized void giveBack(Place place) {
        Outlet outlet = place.outlet;
        outlet.end();
        Host to = hosts.get(place.host);
        if (to != null) {
            to.inFlight--;
        }
        shares.giveBack(outlet.workspace(), place.weight);
        if (place.slow) {
            slowInFlight.computeIfPresent(outlet.workspace(), (id, had) -> had == 1 ? null : had - 1);
        }
        outlet.signal();
        activate(outlet);
    }

    /** A test event begins; false if too many are in flight, for the workspace or for all. */
    synchronized boolean takeTest(Id workspace) {
        boolean free = tests.isFree(workspace);
        if (free) {
            tests.take(workspace, 1);
        }
        return free;
    }

    /** A test event has ended. */
    synchronized void giveBackTest(Id workspace) {
        tests.giveBack(workspace, 1);
    }

    /** Returns how many endpoints something is remembered of. */
    synchronized int size() {
        return outlets.size();
    }

    private boolean isFree(Outlet outlet, int most) {
        if (outlet.isFull()) {
            return false;
        }
        if (outlet.isSlow() && slowInFlight.getOrDefault(outlet.workspace(), 0) >= Math.max(1, most / 2)) {
            return false;
        }
        Host host = hosts.get(outlet.host());
        return host == null || host.inFlight < host.most;
    }

    private long nextMillis(Outlet outlet) {
        Host host = hosts.get(outlet.host());
        return host == null ? outlet.nextMillis() : Math.max(host.rate.nextMillis(), outlet.nextMillis());
    }

    private Host host(String hostAndPort, long nowMillis) {
        if (hosts.size() >= Limits.DELIVERIES_RUNNING_MAX && !hosts.containsKey(hostAndPort)) {
            hosts.values().removeIf(host -> host.inFlight == 0 && host.rate.isUnused(nowMillis));
        }
        return hosts.computeIfAbsent(hostAndPort, host -> new Host(perSecondToHost.applyAsInt(host)));
    }

    private void activate(Outlet outlet) {
        if (!outlet.isFull()) {
            turns.computeIfAbsent(outlet.workspace(), id -> new LinkedHashSet<>())
                    .add(outlet);
        }
    }

    private void deactivate(Outlet outlet) {
        Set<Outlet> own = turns.get(outlet.workspace());
        if (own != null && own.remove(outlet) && own.isEmpty()) {
            turns.remove(outlet.workspace());
        }
    }

    private void forgetIfDone(Outlet outlet) {
        if (outlet.isForgettable()) {
            deactivate(outlet);
            outlets.remove(outlet.endpoint());
        }
    }
}
