package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.timer.Bulkhead;
import java.util.HashMap;
import java.util.Map;

/**
 * How many attempts may be under way at an endpoint and for a workspace, so that one that is slow, or gone, does not hold up the others:
 * a few at each endpoint, and one where the last attempts have all failed, until one is delivered; a quarter of all for each workspace, and
 * where three quarters are taken, a few. Nothing of it is kept over a restart. Thread-safe.
 */
final class Slots {
    private final Map<Id, Endpoint> endpoints = new HashMap<>();
    private final Bulkhead workspaces = new Bulkhead(
            Limits.DELIVERIES_RUNNING_PER_WORKSPACE_MAX,
            Limits.DELIVERIES_RUNNING_CROWDED,
            Limits.DELIVERIES_RUNNING_PER_WORKSPACE_CROWDED_MAX);
    private final Map<Id, Integer> tests = new HashMap<>();

    /** True if an attempt can begin. */
    synchronized boolean isFree(DeliveryRow.Facts facts) {
        Endpoint endpoint = endpoints.get(facts.endpoint());
        return (endpoint == null || endpoint.isFree()) && workspaces.isFree(facts.workspace());
    }

    /** An attempt begins. */
    synchronized void take(DeliveryRow.Facts facts) {
        endpoints.computeIfAbsent(facts.endpoint(), id -> new Endpoint()).underWay++;
        workspaces.take(facts.workspace());
    }

    /** What came of an attempt that has not ended yet. */
    synchronized void sent(DeliveryRow.Facts facts, boolean delivered) {
        Endpoint endpoint = endpoints.computeIfAbsent(facts.endpoint(), id -> new Endpoint());
        endpoint.failures = delivered ? 0 : endpoint.failures + 1;
    }

    /** An attempt has ended. */
    synchronized void giveBack(DeliveryRow.Facts facts) {
        Endpoint endpoint = endpoints.computeIfAbsent(facts.endpoint(), id -> new Endpoint());
        endpoint.underWay--;
        if (endpoint.isForgettable()) {
            endpoints.remove(facts.endpoint());
        }
        workspaces.giveBack(facts.workspace());
    }

    /** A test event begins; false if too many are under way, for the workspace or for all. */
    synchronized boolean takeTest(Id workspace) {
        int ofWorkspace = tests.getOrDefault(workspace, 0);
        int ofAll = tests.values().stream().mapToInt(Integer::intValue).sum();
        if (ofWorkspace >= Limits.WEBHOOK_TESTS_RUNNING_PER_WORKSPACE_MAX
                || ofAll >= Limits.WEBHOOK_TESTS_RUNNING_MAX) {
            return false;
        }
        tests.put(workspace, ofWorkspace + 1);
        return true;
    }

    /** A test event has ended. */
    synchronized void giveBackTest(Id workspace) {
        tests.computeIfPresent(workspace, (id, underWay) -> underWay == 1 ? null : underWay - 1);
    }

    /** An endpoint is deleted. */
    synchronized void forget(Id id) {
        Endpoint endpoint = endpoints.get(id);
        if (endpoint != null) {
            endpoint.deleted = true;
            if (endpoint.isForgettable()) {
                endpoints.remove(id);
            }
        }
    }

    /** How many endpoints something is remembered of. */
    synchronized int size() {
        return endpoints.size();
    }

    /** What is remembered of an endpoint; guarded by the map it is in. */
    private static final class Endpoint {
        private int underWay;
        private int failures;
        private boolean deleted;

        boolean isFree() {
            return underWay
                    < (failures < Limits.DELIVERY_FAILURES_IN_A_ROW_MAX
                            ? Limits.DELIVERIES_RUNNING_PER_ENDPOINT_MAX
                            : 1);
        }

        boolean isForgettable() {
            return underWay == 0 && (failures == 0 || deleted);
        }
    }
}
