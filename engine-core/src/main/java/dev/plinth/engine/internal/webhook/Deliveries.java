package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.DeliveryStatus;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.webhook.send.SendError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.function.Function;
import java.util.function.LongToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The commands on deliveries. */
public final class Deliveries {

    /** The status while a scheduled attempt is in flight, which no row has. */
    private static final String DELIVERING = "delivering";

    /** The statuses by which a list can be filtered. */
    public static final List<String> STATUSES = Schema.words(DeliveryStatus.values());

    private static final Entity ATTEMPT = Entity.named("DeliveryAttempt")
            .with("number", Schema.WHOLE)
            .with("trigger", Schema.oneOf(Schema.words(Delivery.Trigger.values())))
            .with("at", Schema.TIME)
            .with("durationMillis", Schema.WHOLE)
            .maybe("status", Schema.WHOLE)
            .maybe("responseBody", Schema.TEXT)
            .maybe("errorClass", Schema.oneOf(Schema.words(SendError.values())));

    /** The members of a delivery. */
    public static final Entity ENTITY = Entity.named("Delivery")
            .with("id", Schema.id(IdKind.DELIVERY))
            .with("endpointId", Schema.id(IdKind.ENDPOINT))
            .with("eventId", Schema.id(IdKind.EVENT))
            .with("eventType", Schema.TEXT)
            .with("status", Schema.oneOf(STATUSES))
            .maybe("nextAttemptAt", Schema.TIME)
            .with("createdAt", Schema.TIME)
            .with("attempts", Schema.list(Schema.of(ATTEMPT)));

    private Deliveries() {}

    /**
     * Returns the retentions of deliveries. Open ones are first, because an event must not expire while a delivery of
     * it is open.
     */
    public static List<SweepWork> retentions() {
        return List.of(new OpenDeliveryRetention(), DeliveryRetention.retention());
    }

    /** Returns counters of the deliveries in each status, over all workspaces. */
    public static Map<String, ToLongFunction<Rows>> countsByStatus() {
        Map<String, ToLongFunction<Rows>> counts = new LinkedHashMap<>();
        for (StoredDeliveryStatus status : StoredDeliveryStatus.values()) {
            counts.put(status.wireName(), rows -> rows.size(WebhookTables.ofAllByStatus(status)));
        }
        return counts;
    }

    /**
     * Returns the time of the oldest event with a delivery that is still to be sent, of all workspaces, in epoch
     * milliseconds. Held deliveries do not count.
     *
     * @return {@code Long.MAX_VALUE} if there is none
     */
    public static long oldestOpenMillis(Rows rows) {
        long oldest = Long.MAX_VALUE;
        for (StoredDeliveryStatus status : List.of(StoredDeliveryStatus.PENDING, StoredDeliveryStatus.RETRYING)) {
            DeliveryRow row = rows.first(WebhookTables.DELIVERIES, WebhookTables.ofAllByStatus(status));
            if (row != null) {
                oldest = Math.min(oldest, row.facts().createdAt());
            }
        }
        return oldest;
    }

    /**
     * Shows a delivery with its newest attempts.
     *
     * @param attemptInFlight returns the number of a delivery's attempt in flight, by the number of the delivery, or 0
     */
    public static Command.Query get(Id id, LongToIntFunction attemptInFlight) {
        return context -> Outcome.Done.ok(json(context, shown(context, find(context, id), attemptInFlight), true));
    }

    /**
     * Lists the deliveries of an endpoint.
     *
     * @param attemptInFlight returns the number of a delivery's attempt in flight, by the number of the delivery, or 0
     * @param inFlight returns the numbers of the deliveries of an endpoint with an attempt in flight
     */
    public static Command.Query list(
            Id endpoint,
            PageRequest request,
            @Nullable String status,
            LongToIntFunction attemptInFlight,
            Function<Id, NavigableSet<Long>> inFlight) {
        return context -> {
            Rows rows = context.rows();
            EndpointRow of = Endpoints.find(context, endpoint);
            Lists.Renderer<DeliveryRow> renderer = row -> {
                // Read once, because it may change between two reads.
                Shown shown = shown(context, row, attemptInFlight);
                boolean fits = !shown.row.isExpired(context) && (status == null || status.equals(shown.status));
                return fits ? json(context, shown, true) : null;
            };
            return Outcome.Done.ok(
                    DELIVERING.equals(status)
                            ? Lists.page(new Sending(rows, inFlight.apply(endpoint), renderer), request)
                            : Lists.page(rows, WebhookTables.DELIVERIES, sets(context, of, status), request, renderer));
        };
    }

    /** Deliveries in flight, which no set tells, the newest first. */
    private record Sending(Rows rows, NavigableSet<Long> numbers, Lists.Renderer<DeliveryRow> renderer)
            implements Lists.Items {
        @Override
        public long next(long edge) {
            Long next = numbers.lower(edge);
            return next == null ? Rows.NONE : next;
        }

        @Override
        public byte @Nullable [] item(long number) {
            DeliveryRow row = rows.at(WebhookTables.DELIVERIES, number);
            return row == null ? null : renderer.render(row);
        }
    }

    /**
     * Returns sets that together hold all deliveries of an endpoint that are shown with a status. The set of a status
     * has further ones only while attempts at them are in flight. All open sets are read while a release goes on, and for dropped ones while the sweep is late.
     */
    private static List<SetKey> sets(Context context, EndpointRow endpoint, @Nullable String status) {
        Rows rows = context.rows();
        if (status == null) {
            return List.of(SetKey.of(SetKinds.DELIVERIES, endpoint.id()));
        }
        if (status.equals(StoredDeliveryStatus.DROPPED.wireName()) && isAnyOverdue(context, endpoint)) {
            List<SetKey> sets = new ArrayList<>(WebhookTables.open(endpoint.id()));
            sets.add(WebhookTables.byStatus(endpoint.id(), StoredDeliveryStatus.DROPPED));
            return sets;
        }
        boolean isShownAsStored = endpoint.enabled() && !Releases.isUnderWay(rows, endpoint);
        for (StoredDeliveryStatus each : StoredDeliveryStatus.values()) {
            if (each.wireName().equals(status) && (each.isSettled() || isShownAsStored)) {
                return List.of(WebhookTables.byStatus(endpoint.id(), each));
            }
        }
        return endpoint.enabled() || status.equals(StoredDeliveryStatus.HELD.wireName())
                ? WebhookTables.open(endpoint.id())
                : List.of();
    }

    private static boolean isAnyOverdue(Context context, EndpointRow endpoint) {
        Rows rows = context.rows();
        DeliveryRow oldest = rows.at(WebhookTables.DELIVERIES, Releases.nextOpen(rows, endpoint.id(), 0));
        return oldest != null && oldest.isOverdue(rows, context.now());
    }

    /**
     * Requests one attempt now, whatever came before, at most {@link Limits#RESENDS_MAX} times. The answer is rendered
     * inside the writer lock and may be remembered, so it leaves out the answers of receivers.
     *
     * @param bodies finds the event, which may expire before the delivery
     * @param attemptInFlight returns the number of a delivery's attempt in flight, by the number of the delivery, or 0
     */
    public static Command.Change resend(Id id, Webhooks.Bodies bodies, LongToIntFunction attemptInFlight) {
        return context -> {
            DeliveryRow row = find(context, id);
            if (WebhookTables.endpoint(context.rows(), row) == null) {
                throw RefusedException.of(
                        ProblemCode.INVALID_TRANSITION,
                        "The endpoint of the delivery was deleted. Create an endpoint and publish the event again.");
            }
            if (row.isEventExpired(context)
                    || bodies.find(
                                    context.rows(),
                                    context.workspace(),
                                    row.facts().event())
                            == null) {
                throw RefusedException.of(
                        ProblemCode.INVALID_TRANSITION,
                        "The event of the delivery is gone, because events are kept "
                                + context.rows().retention().events().toDays() + " days. Publish it again.");
            }
            if (row.resendsAsked() >= Limits.RESENDS_MAX) {
                throw RefusedException.of(
                        ProblemCode.INVALID_TRANSITION,
                        "A delivery can be resent " + Limits.RESENDS_MAX + " times, and this one was resent "
                                + row.resendsAsked()
                                + " times. Read the event with GET /v1/events/{id}, or publish it again.");
            }
            DeliveryRow next = row.resend(context.now());
            Changes changes = new Changes().put(WebhookTables.DELIVERIES, next.key(), next.row());
            byte[] body = json(context, shown(context, next, attemptInFlight), false);
            return Decision.of(changes, new Outcome.Done(202, body, null, null, 0, false));
        };
    }

    /**
     * Opens a limited number of exhausted deliveries of an endpoint again, after a number. Each gets one more attempt,
     * in order for each resource. A delivery with a resend in progress stays as it is, and so does one whose event is
     * gone.
     *
     * @param since the earliest time of the event, in epoch milliseconds
     * @param until the latest time at which the delivery was exhausted, in epoch milliseconds
     */
    public static ReopenedDeliveries recover(Context context, Id endpoint, long since, long until, long after) {
        EndpointRow row =
                context.rows().find(WebhookTables.ENDPOINTS, context.workspace().keyOf(endpoint));
        return row == null
                ? new ReopenedDeliveries(new Changes(), 0, Rows.NONE)
                : DeliverySteps.recover(context, row, since, until, after);
    }

    private static DeliveryRow find(Context context, Id id) {
        DeliveryRow row = context.rows()
                .find(WebhookTables.DELIVERIES, context.workspace().keyOf(id));
        if (row == null || shown(context, row, number -> 0).row.isExpired(context)) {
            throw new RefusedException(Refusal.notFound());
        }
        return row;
    }

    /**
     * Returns a delivery as callers see it. An attempt is in flight as long as memory says so and the row does not have
     * its result yet. The rest of a release, or of the deletion of an endpoint, is shown as if the sweep had written
     * it.
     */
    private static Shown shown(Context context, DeliveryRow row, LongToIntFunction attemptInFlight) {
        Rows rows = context.rows();
        boolean isOpen = !row.status().isSettled() && !row.isOverdue(rows, context.now());
        EndpointRow endpoint = isOpen ? WebhookTables.endpoint(rows, row) : null;
        if (endpoint == null) {
            DeliveryRow settled = row.status().isSettled() ? row : EndpointDeletions.dropped(context, row);
            return new Shown(settled, settled.status().wireName(), settled.nextDue());
        }
        if (!endpoint.enabled()) {
            return new Shown(row, StoredDeliveryStatus.HELD.wireName(), row.resendAt());
        }
        if (attemptInFlight.applyAsInt(row.facts().number()) == row.attempts().made() + 1) {
            return new Shown(row, DELIVERING, 0);
        }
        DeliveryRow released = Releases.shown(rows, endpoint, row);
        return new Shown(released, released.status().wireName(), released.nextDue());
    }

    private static byte[] json(Context context, Shown shown, boolean withBodies) {
        DeliveryRow row = shown.row;
        DeliveryRow.Facts facts = row.facts();
        JsonBytes json = JsonBytes.object()
                .member("id", facts.id())
                .member("endpointId", facts.endpoint())
                .member("eventId", facts.event())
                .member("eventType", facts.eventType())
                .member("status", shown.status);
        if (shown.nextAttempt != 0) {
            json.member("nextAttemptAt", Times.text(shown.nextAttempt));
        }
        json.member("createdAt", Times.text(facts.createdAt())).name("attempts").openArray();
        for (int i = row.oldestAttempt(); i <= row.attempts().made(); i++) {
            byte[] attempt = context.rows().get(WebhookTables.ATTEMPTS, AttemptRow.key(facts.id(), i));
            if (attempt != null) {
                AttemptRow.read(attempt).render(json, withBodies);
            }
        }
        return json.closeArray().end();
    }

    /**
     * A delivery as callers see it.
     *
     * @param nextAttempt when the next attempt is due, in epoch milliseconds; 0 if none is
     */
    private record Shown(DeliveryRow row, String status, long nextAttempt) {}
}
