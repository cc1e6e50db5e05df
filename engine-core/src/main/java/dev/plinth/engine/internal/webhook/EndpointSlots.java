package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many attempts may be under way at each endpoint, so that one that is slow, or gone, does not hold up the others: a few, and one
 * where the last attempts have all failed, until one is delivered. Nothing of it is kept over a restart. Thread-safe.
 */
final class EndpointSlots {
    private final ConcurrentHashMap<Id, Endpoint> endpoints = new ConcurrentHashMap<>();

    /** True if an attempt at an endpoint can begin. */
    boolean isFree(Id endpoint) {
        Endpoint known = endpoints.get(endpoint);
        return known == null || known.hasFree();
    }

    /** An attempt at an endpoint begins; only one thread at a time says so. */
    void take(Id endpoint) {
        endpoints.merge(endpoint, new Endpoint(1, 0), (known, one) -> new Endpoint(known.underWay + 1, known.failures));
    }

    /** An attempt at an endpoint has ended. */
    void giveBack(Id endpoint) {
        endpoints.computeIfPresent(
                endpoint, (id, known) -> new Endpoint(known.underWay - 1, known.failures).orNothing());
    }

    /** What came of an attempt that has not ended yet. */
    void sent(Id endpoint, boolean delivered) {
        endpoints.computeIfPresent(
                endpoint, (id, known) -> new Endpoint(known.underWay, delivered ? 0 : known.failures + 1));
    }

    /** Nothing will be sent to an endpoint any more. */
    void forget(Id endpoint) {
        endpoints.computeIfPresent(endpoint, (id, known) -> new Endpoint(known.underWay, 0).orNothing());
    }

    private record Endpoint(int underWay, int failures) {
        boolean hasFree() {
            return underWay
                    < (failures < Limits.DELIVERY_FAILURES_IN_A_ROW_MAX
                            ? Limits.DELIVERIES_RUNNING_PER_ENDPOINT_MAX
                            : 1);
        }

        /** Null where there is nothing to remember. */
        @Nullable
        Endpoint orNothing() {
            return underWay == 0 && failures == 0 ? null : this;
        }
    }
}
