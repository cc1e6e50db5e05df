package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds to a decision one delivery for each of its events and each endpoint that wants it. An object serves one
 * decision, because it remembers which lanes the decision itself has filled.
 */
public final class FanOut {
    private @Nullable Set<SetKey> filled;
    private @Nullable List<Changes.Write> changed;
    private @Nullable Map<Id, Integer> held;

    /** Returns how many rows an event of a type writes: its own, and a delivery for each endpoint that wants it. */
    public static int rows(Rows rows, Id workspace, String type) {
        int count = 1;
        SetKey endpoints = SetKey.of(SetKinds.ENDPOINTS, workspace);
        for (StoredRow<EndpointRow> each : rows.in(WebhookTables.ENDPOINTS, endpoints)) {
            count += each.row().settings().wants(type) ? 1 : 0;
        }
        return count;
    }

    /** Adds the deliveries of an event. */
    public void add(Context context, Changes.WrittenEvent event, Changes changes) {
        Rows rows = context.rows();
        SetKey endpoints = SetKey.of(SetKinds.ENDPOINTS, event.workspace());
        long next = rows.ceiling(endpoints, 0);
        while (next != Rows.NONE) {
            EndpointRow known = rows.at(WebhookTables.ENDPOINTS, next);
            EndpointRow endpoint = known == null ? null : decided(known, changed(changes));
            if (endpoint != null
                    && endpoint.missed() == null
                    && endpoint.settings().wants(event.type())) {
                if (!endpoint.enabled() && !hold(rows, endpoint)) {
                    mark(context, event, endpoint, changes);
                    next = rows.ceiling(endpoints, next + 1);
                    continue;
                }
                DeliveryRow row = delivery(context, event, endpoint);
                changes.put(WebhookTables.DELIVERIES, row.key(), row.row());
            }
            next = rows.ceiling(endpoints, next + 1);
        }
    }

    /** Returns the endpoint as this decision leaves it, or null if the decision deletes it. */
    private static @Nullable EndpointRow decided(EndpointRow endpoint, List<Changes.Write> changed) {
        for (int i = changed.size() - 1; i >= 0; i--) {
            Changes.Write write = changed.get(i);
            if (Arrays.equals(write.key(), endpoint.key())) {
                return WebhookTables.ENDPOINTS.read(write.row());
            }
        }
        return endpoint;
    }

    /** Returns the endpoints that a decision changes. Searched once, because each delivery adds a write. */
    private List<Changes.Write> changed(Changes changes) {
        List<Changes.Write> known = changed;
        if (known == null) {
            known = new ArrayList<>();
            for (int i = 0; i < changes.writes().size(); i++) {
                Changes.Write write = changes.writes().get(i);
                if (write.isIn(WebhookTables.ENDPOINTS)) {
                    known.add(write);
                }
            }
            changed = known;
        }
        return known;
    }

    /** Returns true and counts if a disabled endpoint may hold one more delivery. */
    private boolean hold(Rows rows, EndpointRow endpoint) {
        if (held == null) {
            held = new HashMap<>();
        }
        long open = held.merge(endpoint.id(), 1, Integer::sum) + rows.size(WebhookTables.open(endpoint.id()));
        return open <= Limits.DELIVERIES_HELD_MAX;
    }

    /** Records that a disabled endpoint misses events from this one on. */
    private void mark(Context context, Changes.WrittenEvent event, EndpointRow endpoint, Changes changes) {
        EndpointRow row = endpoint.with(new EndpointRow.Missed(event.number(), context.now()));
        changes.put(WebhookTables.ENDPOINTS, row.key(), row.row());
        changed(changes).add(changes.writes().get(changes.writes().size() - 1));
    }

    /** Returns true if the decision had not filled the lane yet. */
    private boolean fill(SetKey lane) {
        if (filled == null) {
            filled = new HashSet<>();
        }
        return filled.add(lane);
    }

    /** Makes a delivery of an event that the endpoint has no delivery of yet. */
    DeliveryRow delivery(Context context, Changes.WrittenEvent event, EndpointRow endpoint) {
        Id lane = endpoint.settings().ordered() ? event.resource() : null;
        DeliveryRow.Facts facts = new DeliveryRow.Facts(
                context.newId(IdKind.DELIVERY),
                event.workspace(),
                endpoint.id(),
                event.id(),
                event.type(),
                lane,
                context.nextNumber(),
                context.now());
        if (!endpoint.enabled()) {
            return DeliveryRow.create(facts, StoredDeliveryStatus.HELD, 0);
        }
        boolean waits = false;
        if (lane != null) {
            SetKey set = DeliveryRow.lane(endpoint.id(), lane);
            waits = !fill(set) || context.rows().ceiling(set, 0) != Rows.NONE;
        }
        return waits
                ? DeliveryRow.create(facts, StoredDeliveryStatus.PENDING, 0)
                : DeliveryRow.create(facts, StoredDeliveryStatus.PENDING, context.now())
                        .queued(endpoint.number());
    }
}
