package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.api.RetentionTimes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Memberships;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.base.TableName.Owner;
import dev.plinth.engine.internal.timer.DueIndex;
import org.jspecify.annotations.Nullable;

/** The tables of the room and the sets that follow from them. */
final class WebhookTables {
    static final int DUE_KIND = 2;
    /** The kind of due work for settled deliveries, which are due at the time at which they were settled. */
    static final int SETTLED_DUE_KIND = 4;

    /** Open deliveries of all workspaces, by number and thus in the order of their times. */
    static final SetKey OPEN = SetKey.of(SetKinds.DELIVERIES_OPEN, 0);

    /** Numbers of the endpoints at which deliveries wait for a slot. */
    static final SetKey QUEUED_AT = SetKey.of(SetKinds.ENDPOINTS_QUEUED_AT, 0);

    static final TableName ENDPOINTS =
            new TableName(14, "webhook endpoints", 32, 500, 0.05, Owner.KEY, WebhookTables::indexEndpoint);
    static final TableName DELIVERIES = new TableName(
                    15, "deliveries", 32, 170, 3, Owner.KEY, WebhookTables::indexDelivery)
            .keptFor(RetentionTimes::deliveries);
    /** The attempts by delivery and number. */
    static final TableName ATTEMPTS =
            new TableName(16, "attempts", 24, 316, 3, Owner.ROW).keptFor(RetentionTimes::deliveries);

    private WebhookTables() {}

    static SetKey byStatus(Id endpoint, DeliveryStatus status) {
        return SetKey.of(SetKinds.DELIVERIES_BY_STATUS, endpoint, status.wireName());
    }

    static SetKey ofAllByStatus(DeliveryStatus status) {
        return SetKey.of(SetKinds.DELIVERIES_OF_ALL_BY_STATUS, status.ordinal());
    }

    private static void indexEndpoint(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        SetKey set = SetKey.of(SetKinds.ENDPOINTS, Id.read(IdKind.WORKSPACE, key, 0));
        if (before == null && after != null) {
            long number = EndpointRow.read(after).number();
            sets.add(set, number);
            sets.place(number, ENDPOINTS, key);
        } else if (before != null && after == null) {
            long number = EndpointRow.read(before).number();
            sets.remove(set, number);
            sets.unplace(number);
        }
    }

    private static void indexDelivery(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        DeliveryRow old = before == null ? null : DeliveryRow.read(before);
        DeliveryRow row = after == null ? null : DeliveryRow.read(after);
        if (old != null) {
            long number = old.facts().number();
            if (row == null || row.status() != old.status()) {
                sets.remove(byStatus(old.facts().endpoint(), old.status()), number);
                sets.remove(ofAllByStatus(old.status()), number);
            }
            SetKey broken = old.breaksLane() && (row == null || !row.breaksLane()) ? old.brokenSet() : null;
            if (broken != null) {
                sets.remove(broken, number);
            }
            SetKey lane = old.laneSet();
            if (row == null || row.status().isSettled()) {
                sets.remove(OPEN, number);
                if (lane != null) {
                    sets.remove(lane, number);
                }
            }
        }
        if (row != null) {
            long number = row.facts().number();
            if (old == null || row.status() != old.status()) {
                sets.add(byStatus(row.facts().endpoint(), row.status()), number);
                sets.add(ofAllByStatus(row.status()), number);
            }
            SetKey broken = row.breaksLane() && (old == null || !old.breaksLane()) ? row.brokenSet() : null;
            if (broken != null) {
                sets.add(broken, number);
            }
            SetKey lane = row.laneSet();
            if (!row.status().isSettled() && (old == null || old.status().isSettled())) {
                sets.add(OPEN, number);
            }
            if (lane != null && !row.status().isSettled()) {
                sets.add(lane, number);
            }
        }
        place(key, old, row, sets);
    }

    /** Moves a delivery from the queue of one endpoint into that of another, by their numbers; 0 is no queue. */
    private static void queue(Memberships sets, long number, long before, long after) {
        if (before == after) {
            return;
        }
        if (before != 0 && sets.remove(DeliveryRow.queue(before), number)) {
            sets.remove(QUEUED_AT, before);
        }
        if (after != 0) {
            sets.add(DeliveryRow.queue(after), number);
            sets.add(QUEUED_AT, after);
        }
    }

    private static void place(byte[] key, @Nullable DeliveryRow old, @Nullable DeliveryRow row, Memberships sets) {
        DeliveryRow any = row == null ? old : row;
        if (any == null) {
            return;
        }
        long number = any.facts().number();
        DueIndex.move(
                sets,
                DUE_KIND,
                number,
                old == null ? DueIndex.NEVER : old.nextByClock(),
                row == null ? DueIndex.NEVER : row.nextByClock());
        queue(sets, number, old == null ? 0 : old.queuedFor(), row == null ? 0 : row.queuedFor());
        DueIndex.move(
                sets,
                SETTLED_DUE_KIND,
                number,
                old == null ? DueIndex.NEVER : old.settledAt(),
                row == null ? DueIndex.NEVER : row.settledAt());
        SetKey all = SetKey.of(SetKinds.DELIVERIES, any.facts().endpoint());
        if (old == null) {
            sets.add(all, number);
            sets.place(number, DELIVERIES, key);
        } else if (row == null) {
            sets.remove(all, number);
            sets.unplace(number);
        }
    }

    /** Returns the endpoint of a delivery, or null if it is deleted. */
    static @Nullable EndpointRow endpoint(Rows rows, DeliveryRow row) {
        byte[] endpoint =
                rows.get(ENDPOINTS, row.facts().workspace().keyOf(row.facts().endpoint()));
        return endpoint == null ? null : EndpointRow.read(endpoint);
    }

    /**
     * Returns true if the endpoint wants the events of a resource in order, and an earlier delivery of its lane is
     * open.
     */
    static boolean waits(Rows rows, @Nullable EndpointRow endpoint, DeliveryRow row) {
        SetKey lane = laneOf(endpoint, row);
        return lane != null && rows.ceiling(lane, 0) < row.facts().number();
    }

    /**
     * Returns the lane in which a delivery is sent. Returns null if it is in none, or if its endpoint no longer wants
     * order.
     */
    static @Nullable SetKey laneOf(@Nullable EndpointRow endpoint, DeliveryRow row) {
        return endpoint == null || !endpoint.settings().ordered() ? null : row.laneSet();
    }
}
