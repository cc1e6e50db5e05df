package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SealedRows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TableName.Owner;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.DueKinds;
import dev.plinth.engine.settings.RetentionTimes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of the room and the sets that follow from them. */
final class WebhookTables {
    /** Open deliveries of all workspaces, by number and thus in the order of their times. */
    static final SetKey OPEN = SetKey.of(SetKinds.DELIVERIES_OPEN, 0);

    /** Numbers of the endpoints at which deliveries wait for a slot. */
    static final SetKey QUEUED_AT = SetKey.of(SetKinds.ENDPOINTS_QUEUED_AT, 0);

    /** Endpoints by the key of their secrets. */
    static final SealedRows SEALED = new SealedRows(SetKinds.ENDPOINTS_SEALED_BY);

    static final TableName<EndpointRow> ENDPOINTS = TableName.of(
            14,
            "webhook endpoints",
            32,
            500,
            0.05,
            Owner.KEY,
            RowIndex.ofIds(EndpointRow::read, WebhookTables::tellEndpoint));
    static final TableName<DeliveryRow> DELIVERIES = TableName.of(
                    15,
                    "deliveries",
                    32,
                    170,
                    3,
                    Owner.KEY,
                    RowIndex.ofIds(DeliveryRow::read, WebhookTables::tellDelivery))
            .keptFor(RetentionTimes::deliveries);
    /** The attempts by delivery and number. */
    static final TableName<?> ATTEMPTS =
            TableName.of(16, "attempts", 24, 316, 3, Owner.ROW).keptFor(RetentionTimes::deliveries);

    private WebhookTables() {}

    static SetKey byStatus(Id endpoint, StoredDeliveryStatus status) {
        return SetKey.of(SetKinds.DELIVERIES_BY_STATUS, endpoint, status.wireName());
    }

    /** Returns the sets of an endpoint's deliveries that are not settled. */
    static List<SetKey> open(Id endpoint) {
        return StoredDeliveryStatus.OPEN.stream()
                .map(status -> byStatus(endpoint, status))
                .toList();
    }

    static SetKey ofAllByStatus(StoredDeliveryStatus status) {
        return SetKey.of(SetKinds.DELIVERIES_OF_ALL_BY_STATUS, status.ordinal());
    }

    private static void tellEndpoint(byte[] key, EndpointRow row, RowSets sets) {
        sets.place(row.number());
        sets.member(SetKey.of(SetKinds.ENDPOINTS, Id.read(IdKind.WORKSPACE, key, 0)), row.number());
        SEALED.tell(sets, row.number(), row.keyId());
    }

    private static void tellDelivery(byte[] key, DeliveryRow row, RowSets sets) {
        DeliveryRow.Facts facts = row.facts();
        long number = facts.number();
        sets.place(number);
        sets.member(SetKey.of(SetKinds.DELIVERIES, facts.endpoint()), number);
        sets.member(byStatus(facts.endpoint(), row.status()), number);
        sets.member(ofAllByStatus(row.status()), number);
        SetKey broken = row.breaksLane() ? row.brokenSet() : null;
        if (broken != null) {
            sets.member(broken, number);
        }
        if (!row.status().isSettled()) {
            sets.member(OPEN, number);
            SetKey lane = row.laneSet();
            if (lane != null) {
                sets.member(lane, number);
            }
        }
        if (row.queuedFor() != 0) {
            sets.member(DeliveryRow.queue(row.queuedFor()), number, QUEUED_AT, row.queuedFor());
        }
        DueIndex.tell(sets, DueKinds.DELIVERIES, number, row.nextByClock());
        DueIndex.tell(sets, DueKinds.SETTLED_DELIVERIES, number, row.settledAt());
    }

    /** Returns the endpoint of a delivery, or null if it is deleted. */
    static @Nullable EndpointRow endpoint(Rows rows, DeliveryRow row) {
        return rows.find(ENDPOINTS, row.facts().workspace().keyOf(row.facts().endpoint()));
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
