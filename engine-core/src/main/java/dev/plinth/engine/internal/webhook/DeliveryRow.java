package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as it is stored: an event for an endpoint.
 *
 * @param facts the parts that never change
 * @param state its state
 * @param attempts its attempts so far
 * @param requests its requested attempts
 * @param queuedFor the list number of its endpoint while it is due and waits for a slot there; otherwise 0
 */
record DeliveryRow(Facts facts, DeliveryState state, Attempts attempts, Requests requests, long queuedFor) {
    private static final int VERSION = 1;

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

    /**
     * The attempts of a delivery.
     *
     * @param made attempts made, of both kinds
     * @param scheduled attempts made by the schedule
     * @param recovered true if it was exhausted and is open again for one attempt
     */
    record Attempts(int made, int scheduled, boolean recovered) {
        private Attempts recovered(boolean again) {
            return new Attempts(made, scheduled, again);
        }
    }

    /**
     * The requested attempts of a delivery.
     *
     * @param dueAt when the next one is due, in epoch milliseconds; 0 if none is left
     * @param left those that are not made yet
     */
    record Requests(long dueAt, int left) {
        private static final Requests NONE = new Requests(0, 0);
    }

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
        StoredDeliveryStatus status = StoredDeliveryStatus.stored(in.small());
        int made = in.small();
        int scheduled = in.small();
        long dueAt = in.number();
        long requestDueAt = in.number();
        Attempts attempts = new Attempts(made, scheduled, in.small() != 0);
        long settledAt = in.number();
        Requests requests = new Requests(requestDueAt, in.small());
        boolean breaksLane = in.small() == 1;
        DeliveryState state = status.isSettled()
                ? new DeliveryState.Settled(status, settledAt, breaksLane)
                : DeliveryState.open(status, dueAt);
        return new DeliveryRow(facts, state, attempts, requests, in.number());
    }

    /** Makes a delivery without attempts. */
    static DeliveryRow create(Facts facts, StoredDeliveryStatus status, long dueAt) {
        return new DeliveryRow(facts, DeliveryState.open(status, dueAt), new Attempts(0, 0, false), Requests.NONE, 0);
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
                .small(status().ordinal())
                .small(attempts.made())
                .small(attempts.scheduled())
                .number(dueAt())
                .number(requests.dueAt())
                .small(attempts.recovered() ? 1 : 0)
                .number(settledAt())
                .small(requests.left())
                .small(breaksLane() ? 1 : 0)
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
        return new DeliveryRow(moved, state, attempts, requests, 0);
    }

    StoredDeliveryStatus status() {
        return state.status();
    }

    /** Returns when the schedule's next attempt is due; 0 if it is settled, held or waits for an earlier delivery. */
    long dueAt() {
        return state instanceof DeliveryState.Open open ? open.dueAt() : 0;
    }

    /** Returns when it was settled, in epoch milliseconds; 0 while it is open. */
    long settledAt() {
        return state instanceof DeliveryState.Settled settled ? settled.at() : 0;
    }

    boolean breaksLane() {
        return state instanceof DeliveryState.Settled settled && settled.breaksLane();
    }

    /** Returns when a requested attempt is due; 0 if none was requested. */
    long resendAt() {
        return requests.dueAt();
    }

    byte[] key() {
        return facts.workspace().keyOf(facts.id());
    }

    /** Returns when the next attempt of either kind is due, or 0. */
    long nextDue() {
        long dueAt = dueAt();
        long asked = requests.dueAt();
        return dueAt == 0 || asked == 0 ? Math.max(dueAt, asked) : Math.min(dueAt, asked);
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
        return settledAt() != 0 && settledAt() + keptMillis(context.rows()) <= context.now();
    }

    /** Returns true if it has been open for so long that it is to be dropped. The sweep may do so later. */
    boolean isOverdue(Rows rows, long nowMillis) {
        return !status().isSettled() && openUntil(rows) <= nowMillis;
    }

    /** Returns the time at which it is dropped if it is still open, in epoch milliseconds. */
    long openUntil(Rows rows) {
        return facts.createdAt() + keptMillis(rows);
    }

    /** Returns true if its event is not kept any more. */
    boolean isEventExpired(Context context) {
        return facts.createdAt() + context.rows().retention().events().toMillis() <= context.expiryTime();
    }

    /** Returns this delivery, due by the schedule at a time. */
    DeliveryRow due(StoredDeliveryStatus next, long at) {
        return moved(DeliveryState.open(next, at), attempts);
    }

    DeliveryRow held() {
        return moved(new DeliveryState.Held(), attempts);
    }

    /** Returns this delivery, open again after it was exhausted, for one more attempt. */
    DeliveryRow recovered(StoredDeliveryStatus next, long at) {
        return moved(DeliveryState.open(next, at), attempts.recovered(true));
    }

    /** Returns this delivery, delivered or dropped. */
    DeliveryRow settled(StoredDeliveryStatus next, long now) {
        return moved(new DeliveryState.Settled(next, now, false), attempts);
    }

    /**
     * Returns this delivery, exhausted after its last attempt. The later deliveries of its lane get one attempt each from
     * now on.
     */
    DeliveryRow exhausted(long now) {
        return moved(
                new DeliveryState.Settled(StoredDeliveryStatus.EXHAUSTED, now, facts.lane() != null),
                attempts.recovered(false));
    }

    /** Returns this delivery, dropped because its event or endpoint is gone. A settled delivery keeps its status. */
    DeliveryRow givenUp(long now) {
        DeliveryRow left = status().isSettled() ? this : settled(StoredDeliveryStatus.DROPPED, now);
        return new DeliveryRow(facts, left.state, attempts, Requests.NONE, 0);
    }

    /**
     * Returns the number of the oldest attempt that is kept, or one more than the number of attempts if there is none.
     */
    int oldestAttempt() {
        return Math.max(0, attempts.made() - Limits.ATTEMPTS_KEPT_MAX) + 1;
    }

    /** Returns how many attempts were requested, made or not. */
    int resendsAsked() {
        return attempts.made() - attempts.scheduled() + requests.left();
    }

    /** Returns this delivery with one more requested attempt, whatever else is due. */
    DeliveryRow resend(long now) {
        long dueAt = requests.dueAt() == 0 ? now : requests.dueAt();
        return new DeliveryRow(facts, state, attempts, new Requests(dueAt, requests.left() + 1), 0);
    }

    /** Returns this delivery, whose requested attempts are due at a later time. */
    DeliveryRow putOff(long until) {
        return new DeliveryRow(facts, state, attempts, new Requests(until, requests.left()), 0);
    }

    /** Returns this delivery without the requested attempts that are not made. */
    DeliveryRow withoutResends() {
        return new DeliveryRow(facts, state, attempts, Requests.NONE, queuedFor);
    }

    /** Returns this delivery with one more attempt made. */
    DeliveryRow attempted(boolean manual) {
        Attempts next =
                new Attempts(attempts.made() + 1, attempts.scheduled() + (manual ? 0 : 1), attempts.recovered());
        int left = manual ? Math.max(0, requests.left() - 1) : requests.left();
        return new DeliveryRow(facts, state, next, new Requests(left == 0 ? 0 : requests.dueAt(), left), 0);
    }

    /** Returns this delivery, due as before, but waiting for a slot at the endpoint with this number. */
    DeliveryRow queued(long endpointNumber) {
        return new DeliveryRow(facts, state, attempts, requests, endpointNumber);
    }

    /** Returns this delivery, which does not break its lane any more. */
    DeliveryRow mendsLane() {
        DeliveryState mended = new DeliveryState.Settled(status(), settledAt(), false);
        return new DeliveryRow(facts, mended, attempts, requests, queuedFor);
    }

    /** Returns the same in another state, in which it waits for no slot. */
    private DeliveryRow moved(DeliveryState next, Attempts known) {
        if (!status().leadsTo(next.status())) {
            throw new IllegalStateException("A delivery that is " + status() + " must not become " + next.status()
                    + ". Correct the step, or add it to StoredDeliveryStatus.");
        }
        return new DeliveryRow(facts, next, known, requests, 0);
    }
}
