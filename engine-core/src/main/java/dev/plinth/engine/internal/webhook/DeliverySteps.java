package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.DueKinds;
import dev.plinth.engine.internal.webhook.send.SendResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The steps of a delivery that the sender commits, with their effect on the later deliveries of its lane. */
final class DeliverySteps {
    private static final Outcome.Done DONE = Outcome.Done.ok(new byte[0]);
    private static final int GONE = 410;
    private static final int STEP_ROWS_MAX = 200;
    private static final long PUT_OFF_MILLIS = Duration.ofMinutes(1).toMillis();

    private DeliverySteps() {}

    /**
     * Records the result of an attempt.
     *
     * @param url the URL that was called; the endpoint may have another one by now
     */
    static Command.Change attempted(DeliveryRow seen, boolean manual, long at, String url, SendResult result) {
        return context -> {
            DeliveryRow row = find(context.rows(), seen.key());
            if (row == null) {
                return Decision.nothing(DONE);
            }
            Changes changes = new Changes();
            DeliveryRow next = row.attempted(manual);
            boolean isAskedFor =
                    manual || row.attempts().recovered() && !row.status().isSettled();
            AttemptRow attempt = AttemptRow.of(next.attempts().made(), isAskedFor, at, result);
            changes.putIfRoom(
                    WebhookTables.ATTEMPTS,
                    AttemptRow.key(row.facts().id(), attempt.number()),
                    attempt.row(row.facts().workspace()));
            int old = next.attempts().made() - Limits.ATTEMPTS_KEPT_MAX;
            if (old > 0) {
                changes.remove(
                        WebhookTables.ATTEMPTS, AttemptRow.key(row.facts().id(), old));
            }
            settle(context, row, next, manual, url, result, changes);
            return Decision.of(changes, DONE);
        };
    }

    /**
     * Holds a due delivery whose endpoint must not be called. If the endpoint may be called again by now, the delivery
     * stays due. The record that allowed it has released the held deliveries.
     *
     * @param mayRun tells whether the deliveries of a workspace may be sent
     */
    static Command.Change hold(DeliveryRow seen, BiPredicate<Rows, Id> mayRun) {
        return context -> {
            DeliveryRow row = find(context.rows(), seen.key());
            if (row == null || row.status().isSettled()) {
                return Decision.nothing(DONE);
            }
            EndpointRow endpoint = WebhookTables.endpoint(context.rows(), row);
            boolean mayGo = endpoint == null
                    || endpoint.enabled()
                            && mayRun.test(context.rows(), row.facts().workspace());
            return mayGo ? Decision.nothing(DONE) : Decision.of(put(new Changes(), row.held()), DONE);
        };
    }

    /**
     * Puts off the requested attempts of a delivery whose workspace is suspended. Holds the delivery too if it is due.
     *
     * @param mayRun tells whether the deliveries of a workspace may be sent
     */
    static Command.Change putOff(DeliveryRow seen, BiPredicate<Rows, Id> mayRun) {
        return context -> {
            DeliveryRow row = find(context.rows(), seen.key());
            if (row == null
                    || row.resendAt() == 0
                    || mayRun.test(context.rows(), row.facts().workspace())) {
                return Decision.nothing(DONE);
            }
            boolean isDue = row.dueAt() != 0 && row.dueAt() <= context.now();
            DeliveryRow left = isDue ? row.held() : row;
            return Decision.of(put(new Changes(), left.putOff(context.now() + PUT_OFF_MILLIS)), DONE);
        };
    }

    /** Parks a due delivery that has to wait for an open one before it in its lane, which was recovered meanwhile. */
    static Command.Change park(DeliveryRow seen) {
        return context -> {
            DeliveryRow row = find(context.rows(), seen.key());
            EndpointRow endpoint = row == null ? null : WebhookTables.endpoint(context.rows(), row);
            return row == null || row.status().isSettled() || !WebhookTables.waits(context.rows(), endpoint, row)
                    ? Decision.nothing(DONE)
                    : Decision.of(put(new Changes(), row.due(row.status(), 0)), DONE);
        };
    }

    /**
     * Puts due deliveries into the queues of their endpoints, many in one step, so that deliveries that are due
     * together cost few records.
     *
     * @param number the number of the first one
     */
    static Command.Change queueDue(long number) {
        return context -> {
            Changes changes = new Changes();
            AtomicInteger seen = new AtomicInteger();
            Map<Id, Long> queues = new HashMap<>();
            DeliveryRow first = context.rows().at(WebhookTables.DELIVERIES, number);
            long from = first == null ? 0 : first.nextByClock();
            DueIndex.forEach(context.rows(), DueKinds.DELIVERIES, from, context.now(), due -> {
                DeliveryRow row = context.rows().at(WebhookTables.DELIVERIES, due);
                if (row != null) {
                    long queue = queues.computeIfAbsent(row.facts().endpoint(), id -> queue(context.rows(), row));
                    put(changes, row.queued(queue));
                }
                return seen.incrementAndGet() < Limits.DELIVERIES_QUEUED_PER_STEP_MAX;
            });
            return Decision.of(changes, DONE);
        };
    }

    /**
     * Returns the number of the queue of an endpoint. If the endpoint is gone, it is the number of the delivery, which
     * is then examined and dropped.
     */
    private static long queue(Rows rows, DeliveryRow row) {
        EndpointRow endpoint = WebhookTables.endpoint(rows, row);
        return endpoint == null ? row.facts().number() : endpoint.number();
    }

    /** Drops a delivery whose endpoint or event is gone, or that has been open for too long. */
    static Command.Change drop(DeliveryRow seen) {
        return context -> {
            DeliveryRow row = find(context.rows(), seen.key());
            if (row == null) {
                return Decision.nothing(DONE);
            }
            Changes changes = put(new Changes(), EndpointDeletions.dropped(context, row));
            wakeNext(context, row, changes);
            return Decision.of(changes, DONE);
        };
    }

    private static void settle(
            Context context,
            DeliveryRow row,
            DeliveryRow next,
            boolean manual,
            String url,
            SendResult result,
            Changes changes) {
        if (result.delivered()) {
            put(changes, next.settled(StoredDeliveryStatus.DELIVERED, context.now()));
            mendLane(context.rows(), row, changes);
            wakeNext(context, row, changes);
            return;
        }
        EndpointRow endpoint = WebhookTables.endpoint(context.rows(), row);
        if (endpoint == null) {
            put(changes, EndpointDeletions.dropped(context, next));
            return;
        }
        Integer status = result.status();
        // The receiver that is gone may be one that the endpoint has left.
        if (status != null && status == GONE && endpoint.settings().url().equals(url)) {
            put(changes, row.status().isSettled() ? next : next.held());
            Endpoints.disable(context, row.facts().workspace(), row.facts().endpoint(), changes);
            return;
        }
        if (manual || row.status().isSettled()) {
            put(changes, next);
            return;
        }
        if (next.attempts().scheduled() >= Schedule.ATTEMPTS_MAX
                || row.attempts().recovered()
                || isLaneBroken(context.rows(), row)) {
            mendLane(context.rows(), row, changes);
            put(changes, next.exhausted(context.now()));
            wakeNext(context, row, changes);
            return;
        }
        Long asked = result.retryAfterSeconds();
        long gap = Schedule.gapMillis(next.attempts().scheduled(), asked == null ? 0 : asked, context.chance());
        put(changes, next.due(StoredDeliveryStatus.RETRYING, context.now() + gap));
    }

    /**
     * Returns true if a delivery of this lane was exhausted and none has succeeded since. Each delivery then gets one
     * attempt.
     */
    private static boolean isLaneBroken(Rows rows, DeliveryRow row) {
        SetKey broken = WebhookTables.laneOf(WebhookTables.endpoint(rows, row), row) == null ? null : row.brokenSet();
        return broken != null && rows.ceiling(broken, 0) != Rows.NONE;
    }

    /** Unmarks another delivery that broke the lane of this one. */
    private static void mendLane(Rows rows, DeliveryRow row, Changes changes) {
        SetKey broken = row.brokenSet();
        long number = broken == null ? Rows.NONE : rows.ceiling(broken, 0);
        DeliveryRow other = number == row.facts().number() ? null : rows.at(WebhookTables.DELIVERIES, number);
        if (other != null) {
            put(changes, other.mendsLane());
        }
    }

    /**
     * Opens a limited number of deliveries of an endpoint again that were exhausted by a time, after a number. Each
     * gets one attempt, in the order of its lane, or is held while the endpoint must not be called.
     *
     * @param since the earliest time of the event
     * @param until the latest time at which the delivery was exhausted
     */
    static ReopenedDeliveries recover(Context context, EndpointRow endpoint, long since, long until, long after) {
        Changes changes = new Changes();
        Rows rows = context.rows();
        Set<SetKey> filled = new HashSet<>();
        SetKey exhausted = WebhookTables.byStatus(endpoint.id(), StoredDeliveryStatus.EXHAUSTED);
        long reached = forSome(rows, exhausted, after, row -> {
            boolean isWanted = row.facts().createdAt() >= since && row.settledAt() <= until && row.resendAt() == 0;
            boolean isExpired = row.facts().createdAt() + DeliveryRow.keptMillis(rows) <= context.expiryTime();
            if (!isWanted || isExpired || row.isEventExpired(context)) {
                return;
            }
            SetKey lane = WebhookTables.laneOf(endpoint, row);
            long first = lane == null ? Rows.NONE : rows.ceiling(lane, 0);
            boolean waits = lane != null
                    && (!filled.add(lane)
                            || first != Rows.NONE && first < row.facts().number());
            if (!endpoint.enabled()) {
                put(changes, row.recovered(StoredDeliveryStatus.HELD, 0));
            } else if (waits) {
                put(changes, row.recovered(StoredDeliveryStatus.RETRYING, 0));
            } else {
                put(
                        changes,
                        row.recovered(StoredDeliveryStatus.RETRYING, context.now())
                                .queued(endpoint.number()));
            }
        });
        return new ReopenedDeliveries(changes, changes.writes().size(), reached);
    }

    /** Makes the delivery due that follows a settled one in its lane, unless it is held or due at a time of its own. */
    private static void wakeNext(Context context, DeliveryRow row, Changes changes) {
        SetKey lane = row.status().isSettled() ? null : row.laneSet();
        if (lane == null) {
            return;
        }
        Rows rows = context.rows();
        long first = rows.ceiling(lane, 0);
        long number = first == row.facts().number() ? rows.ceiling(lane, first + 1) : Rows.NONE;
        DeliveryRow behind = rows.at(WebhookTables.DELIVERIES, number);
        if (behind != null && behind.status() != StoredDeliveryStatus.HELD && behind.dueAt() == 0) {
            put(changes, behind.due(behind.status(), context.now()).queued(queue(rows, behind)));
        }
    }

    /**
     * Visits a limited number of rows of a set after a number. Returns the number of the last one, or NONE if there are
     * no more after it.
     */
    private static long forSome(Rows rows, SetKey set, long after, Consumer<DeliveryRow> action) {
        long last = after;
        long next = rows.ceiling(set, after + 1);
        for (int i = 0; i < STEP_ROWS_MAX && next != Rows.NONE; i++) {
            DeliveryRow row = rows.at(WebhookTables.DELIVERIES, next);
            if (row != null) {
                action.accept(row);
            }
            last = next;
            next = rows.ceiling(set, next + 1);
        }
        return next == Rows.NONE ? Rows.NONE : last;
    }

    private static Changes put(Changes changes, DeliveryRow row) {
        return changes.put(WebhookTables.DELIVERIES, row.key(), row.row());
    }

    private static @Nullable DeliveryRow find(Rows rows, byte[] key) {
        return rows.find(WebhookTables.DELIVERIES, key);
    }
}
