package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as it is stored: one event for one endpoint.
 *
 * @param facts what never changes
 * @param status where it stands
 * @param attempts attempts made, of both kinds
 * @param scheduled attempts made by the schedule
 * @param dueAt when the schedule's next attempt is due; 0 if it is settled, held or waits for the one before it
 * @param resendAt when an attempt that somebody asked for is due; 0 if nobody did
 * @param lastChance true if the delivery before it in its lane was exhausted, so that it gets one attempt only
 * @param settledAt when it was settled, in epoch milliseconds; 0 while it is open
 */
record DeliveryRow(
        Facts facts,
        DeliveryStatus status,
        int attempts,
        int scheduled,
        long dueAt,
        long resendAt,
        boolean lastChance,
        long settledAt) {
    private static final int VERSION = 2;

    /** How long a delivery may stay open, and how long it is kept once it is settled. */
    static final long KEPT_MILLIS = Duration.ofDays(Limits.DELIVERY_DAYS).toMillis();

    /**
     * What never changes of a delivery.
     *
     * @param lane the resource whose events arrive in order, or null
     */
    record Facts(
            Id id,
            Id workspace,
            Id endpoint,
            Id event,
            String eventType,
            @Nullable Id lane,
            long number,
            long createdAt) {}

    static DeliveryRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        Facts facts = new Facts(
                in.id(IdKind.DELIVERY),
                in.id(IdKind.WORKSPACE),
                in.id(IdKind.ENDPOINT),
                in.id(IdKind.EVENT),
                in.text(),
                in.optionalId(IdKind.RESOURCE),
                in.number(),
                in.number());
        DeliveryStatus status = DeliveryStatus.stored(in.small());
        return new DeliveryRow(
                facts,
                status,
                in.small(),
                in.small(),
                in.number(),
                in.number(),
                in.small() == 1,
                in.version() >= 2 ? in.number() : status.isSettled() ? facts.createdAt() : 0);
    }

    byte[] row() {
        return new RowWriter(VERSION)
                .id(facts.id())
                .id(facts.workspace())
                .id(facts.endpoint())
                .id(facts.event())
                .text(facts.eventType())
                .optionalId(facts.lane())
                .number(facts.number())
                .number(facts.createdAt())
                .small(status.ordinal())
                .small(attempts)
                .small(scheduled)
                .number(dueAt)
                .number(resendAt)
                .small(lastChance ? 1 : 0)
                .number(settledAt)
                .row();
    }

    byte[] key() {
        return facts.workspace().keyOf(facts.id());
    }

    /** When the next attempt of either kind is due; 0 if none is. */
    long nextDue() {
        return dueAt == 0 || resendAt == 0 ? Math.max(dueAt, resendAt) : Math.min(dueAt, resendAt);
    }

    /** The set of unsettled deliveries that arrive in order with this one; null if it waits for none. */
    @Nullable
    SetKey laneSet() {
        return facts.lane() == null ? null : lane(facts.endpoint(), facts.lane());
    }

    static SetKey lane(Id endpoint, Id resource) {
        return SetKey.of(SetKinds.DELIVERY_LANE, endpoint, resource.text());
    }

    /** True if it was settled so long ago that it is not shown any more. */
    boolean isExpired(long now) {
        return settledAt != 0 && settledAt + KEPT_MILLIS <= now;
    }

    /** Due by the schedule at a time. */
    DeliveryRow due(DeliveryStatus next, long at, boolean last) {
        return new DeliveryRow(facts, next, attempts, scheduled, at, resendAt, last, settledAt);
    }

    DeliveryRow held() {
        return new DeliveryRow(facts, DeliveryStatus.HELD, attempts, scheduled, 0, resendAt, lastChance, settledAt);
    }

    DeliveryRow settled(DeliveryStatus next, long now) {
        return new DeliveryRow(facts, next, attempts, scheduled, 0, resendAt, lastChance, now);
    }

    /** Given up because there is nothing to send or nowhere to send it; what was settled stays as it was. */
    DeliveryRow givenUp(long now) {
        boolean open = !status.isSettled();
        return new DeliveryRow(
                facts,
                open ? DeliveryStatus.DROPPED : status,
                attempts,
                scheduled,
                0,
                0,
                lastChance,
                open ? now : settledAt);
    }

    DeliveryRow resend(long now) {
        return new DeliveryRow(facts, status, attempts, scheduled, dueAt, now, lastChance, settledAt);
    }

    /** The same with one more attempt made. */
    DeliveryRow attempted(boolean manual) {
        return new DeliveryRow(
                facts,
                status,
                attempts + 1,
                manual ? scheduled : scheduled + 1,
                dueAt,
                manual ? 0 : resendAt,
                lastChance,
                settledAt);
    }

    /** One that is not shown any more, with the attempts that it still has. */
    DeliveryRow shrunk(int attemptsLeft) {
        return new DeliveryRow(facts, status, attemptsLeft, scheduled, dueAt, resendAt, lastChance, settledAt);
    }
}
