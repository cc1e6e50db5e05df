package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.EngineServerBuilder;
import dev.plinth.engine.http.call.ClientAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Bounds how often each address does something in a minute, by the generic cell rate algorithm (ITU-T I.371). All of a
 * minute may come at once, and a single number tells how far an address is ahead of its rate. Thread-safe.
 */
final class AddressRates {
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int perMinute;
    private final long gapNanos;
    private final Arrivals arrivals; // guarded by this

    /**
     * Makes rates of which nothing is used.
     *
     * @param perMinute 1 to {@link EngineServerBuilder#COUNT_MAX}
     * @param addressesMax addresses that are remembered; beyond them that goes which did nothing for longest
     */
    AddressRates(int perMinute, int addressesMax) {
        this.perMinute = perMinute;
        this.gapNanos = MINUTE_NANOS / perMinute;
        this.arrivals = new Arrivals(addressesMax);
    }

    int perMinute() {
        return perMinute;
    }

    /**
     * Counts once more for an address, unless that is too often. Returns 0, or the seconds until it is not.
     *
     * @param nowNanos a time of {@link System#nanoTime}
     */
    synchronized long take(ClientAddress address, long nowNanos) {
        long last = arrivals.getOrDefault(address, nowNanos);
        long debt = Math.max(0, last - nowNanos) + gapNanos;
        long excess = debt - gapNanos * perMinute;
        if (excess > 0) {
            return (excess + SECOND_NANOS - 1) / SECOND_NANOS;
        }
        arrivals.put(address, nowNanos + debt);
        return 0;
    }

    /** The theoretical arrival time of each address, those first that were asked for longest ago. */
    private static final class Arrivals extends LinkedHashMap<ClientAddress, Long> {
        private static final long serialVersionUID = 1L;
        private static final float LOAD_FACTOR = 0.75f;
        private static final int CAPACITY_FIRST = 16;

        private final int max;

        Arrivals(int max) {
            super(CAPACITY_FIRST, LOAD_FACTOR, true);
            this.max = max;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<ClientAddress, Long> eldest) {
            return size() > max;
        }
    }
}
