package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowTranslation;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as it is stored: an event for an endpoint.
 *
 * @param facts the parts that never change
 * @param status its state
 * @param attempts attempts made, of both kinds
 * @param scheduled attempts made by the schedule
 * @param dueAt when the schedule's next attempt is due; 0 if it is settled, held or waits for an earlier delivery
 * @param resendAt when a requested attempt is due; 0 if none was requested
 * @param resends requested attempts that are not made yet
 * @param recovered true if it was exhausted and is open again for one attempt
 * @param breaksLane true for the last exhausted delivery of its lane, until a delivery of the lane succeeds; the later
 *     ones get one attempt each
 * @param settledAt when it was settled, in epoch milliseconds; 0 while it is open
 * @param queuedFor the list number of its endpoint while it is due and waits for a slot there; otherwise 0
 */
record DeliveryRow(
        Facts facts,
        DeliveryStatus status,
        int attempts,
        int scheduled,
        long dueAt,
        long resendAt,
        int resends,
        boolean recovered,
        boolean breaksLane,
        long settledAt,
        long queuedFor) {
    private static final int VERSION = 4;

    /**
     * The parts of a delivery that never change.
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
        int attempts = in.small();
        int scheduled = in.small();
        long dueAt = in.number();
        long resendAt = in.number();
        boolean recovered = in.small() != 0;
        long settledAt = in.version() >= 2 ? in.number() : status.isSettled() ? facts.createdAt() : 0;
        int resends = in.version() >= 3 ? in.small() : resendAt == 0 ? 0 : 1;
        boolean breaksLane = in.version() >= 3 && in.small() == 1;
        long queuedFor = in.version() >= 4 ? in.number() : 0;
        return new DeliveryRow(
                facts,
                status,
                attempts,
                scheduled,
                dueAt,
                resendAt,
                resends,
                recovered,
                breaksLane,
                settledAt,
                queuedFor);
    }

    /** Makes a delivery without attempts. */
    static DeliveryRow create(Facts facts, DeliveryStatus status, long dueAt) {
        return new DeliveryRow(facts, status, 0, 0, dueAt, 0, 0, false, false, 0, 0);
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
                .small(recovered ? 1 : 0)
                .number(settledAt)
                .small(resends)
                .small(breaksLane ? 1 : 0)
                .number(queuedFor)
                .row();
    }

    /** Returns the delivery in another store, where it waits in no queue and is due by the clock again. */
    DeliveryRow transferred(RowTranslation other) {
        Facts moved = new Facts(
                facts.id(),
                facts.workspace(),
                facts.endpoint(),
                facts.event(),
                facts.eventType(),
                facts.lane(),
                other.number(facts.number()),
                facts.createdAt());
        return new DeliveryRow(
                moved, status, attempts, scheduled, dueAt, resendAt, resends, recovered, breaksLane, settledAt, 0);
    }

    byte[] key() {
        return facts.workspace().keyOf(facts.id());
    }

    /** Returns when the next attempt of either kind is due, or 0. */
    long nextDue() {
        return dueAt == 0 || resendAt == 0 ? Math.max(dueAt, resendAt) : Math.min(dueAt, resendAt);
    }

    /**
     * Returns when the clock is to start it. Returns 0 if no attempt is due, or if it waits for a slot at its endpoint.
     */
    long nextByClock() {
        return queuedFor == 0 ? nextDue() : 0;
    }

    /** Returns the set of deliveries that wait for a slot at the endpoint with this number. */
    static SetKey queue(long endpointNumber) {
        return SetKey.of(SetKinds.DELIVERIES_QUEUED, endpointNumber);
    }

    /** Returns the set of the lane in which it is sent, or null if it is not ordered. */
    @Nullable
    SetKey laneSet() {
        return facts.lane() == null ? null : lane(facts.endpoint(), facts.lane());
    }

    /** Returns the set with the delivery that breaks the lane, or null if this one is in no lane. */
    @Nullable
    SetKey brokenSet() {
        return facts.lane() == null ? null : broken(facts.endpoint(), facts.lane());
    }

    static SetKey broken(Id endpoint, Id resource) {
        return SetKey.of(SetKinds.DELIVERY_LANE_BROKEN, endpoint, resource.text());
    }

    static SetKey lane(Id endpoint, Id resource) {
        return SetKey.of(SetKinds.DELIVERY_LANE, endpoint, resource.text());
    }

    /** Returns the time for which a delivery may stay open, and for which it is kept once it is settled. */
    static long keptMillis(Rows rows) {
        return rows.retention().deliveries().toMillis();
    }

    /** Returns true if it was settled so long ago that it is not shown any more. */
    boolean isExpired(Context context) {
        return settledAt != 0 && settledAt + keptMillis(context.rows()) <= context.now();
    }

    /** Returns true if its event is not kept any more. */
    boolean isEventExpired(Context context) {
        return facts.createdAt() + context.rows().retention().events().toMillis() <= context.now();
    }

    /** Returns the same, due by the schedule at a time. */
    DeliveryRow due(DeliveryStatus next, long at) {
        return moved(next, at, resendAt, resends, recovered, settledAt);
    }

    DeliveryRow held() {
        return moved(DeliveryStatus.HELD, 0, resendAt, resends, recovered, settledAt);
    }

    /** Returns the same, open again after it was exhausted, for one more attempt. */
    DeliveryRow recovered(DeliveryStatus next, long at) {
        return moved(next, at, resendAt, resends, true, 0);
    }

    /** Returns the same, delivered or dropped. */
    DeliveryRow settled(DeliveryStatus next, long now) {
        return moved(next, 0, resendAt, resends, recovered, now);
    }

    /**
     * Returns the same, exhausted after its last attempt. The later deliveries of its lane get one attempt each from
     * now on.
     */
    DeliveryRow exhausted(long now) {
        return moved(DeliveryStatus.EXHAUSTED, 0, resendAt, resends, false, now).breaksLane(facts.lane() != null);
    }

    /** Returns the same, dropped because its event or endpoint is gone. A settled delivery keeps its status. */
    DeliveryRow givenUp(long now) {
        return status.isSettled()
                ? moved(status, 0, 0, 0, recovered, settledAt).breaksLane(breaksLane)
                : moved(DeliveryStatus.DROPPED, 0, 0, 0, recovered, now);
    }

    /**
     * Returns the number of the oldest attempt that is kept, or one more than the number of attempts if there is none.
     */
    int oldestAttempt() {
        return Math.max(0, attempts - Limits.ATTEMPTS_KEPT_MAX) + 1;
    }

    /** Returns how many attempts were requested, made or not. */
    int resendsAsked() {
        return attempts - scheduled + resends;
    }

    /** Returns the same with one more requested attempt, whatever else is due. */
    DeliveryRow resend(long now) {
        return moved(status, dueAt, resendAt == 0 ? now : resendAt, resends + 1, recovered, settledAt)
                .breaksLane(breaksLane);
    }

    /** Returns the same without the requested attempts that are not made. */
    DeliveryRow withoutResends() {
        return new DeliveryRow(
                facts, status, attempts, scheduled, dueAt, 0, 0, recovered, breaksLane, settledAt, queuedFor);
    }

    /** Returns the same with one more attempt made. */
    DeliveryRow attempted(boolean manual) {
        int left = manual ? Math.max(0, resends - 1) : resends;
        return new DeliveryRow(
                facts,
                status,
                attempts + 1,
                manual ? scheduled : scheduled + 1,
                dueAt,
                left == 0 ? 0 : resendAt,
                left,
                recovered,
                breaksLane,
                settledAt,
                0);
    }

    /** Returns the same, due as before, but waiting for a slot at the endpoint with this number. */
    DeliveryRow queued(long endpointNumber) {
        return marked(breaksLane, endpointNumber);
    }

    /** Returns the same, marked as the one that breaks its lane, or not. */
    DeliveryRow breaksLane(boolean breaks) {
        return marked(breaks, queuedFor);
    }

    /** Returns the same in the same state. */
    private DeliveryRow marked(boolean breaks, long queue) {
        return new DeliveryRow(
                facts, status, attempts, scheduled, dueAt, resendAt, resends, recovered, breaks, settledAt, queue);
    }

    /** Returns the same in another state, in which it breaks no lane and waits for no slot. */
    private DeliveryRow moved(DeliveryStatus to, long due, long resend, int asked, boolean again, long settled) {
        return new DeliveryRow(facts, to, attempts, scheduled, due, resend, asked, again, false, settled, 0);
    }
}
