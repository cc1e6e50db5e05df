package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.timer.Retention;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The commands on deliveries. */
public final class Deliveries {
    /** Shown while an attempt by the schedule is under way, of which no row tells. */
    private static final String DELIVERING = "delivering";

    /** The states that a list can be filtered by. */
    public static final List<String> STATUSES =
            List.of("pending", DELIVERING, "delivered", "retrying", "exhausted", "held", "dropped");

    private Deliveries() {}

    /** How long deliveries are kept: open ones first, because an event must not go while a delivery of it is open. */
    public static List<Retention> retentions() {
        return List.of(new OpenDeliveryRetention(), new DeliveryRetention());
    }

    /** Counts the deliveries in each status, of all workspaces. */
    public static Map<String, ToLongFunction<Rows>> countsByStatus() {
        Map<String, ToLongFunction<Rows>> counts = new LinkedHashMap<>();
        for (DeliveryStatus status : DeliveryStatus.values()) {
            counts.put(status.wireName(), rows -> rows.size(WebhookTables.ofAllByStatus(status)));
        }
        return counts;
    }

    /**
     * Shows a delivery with its newest attempts.
     *
     * @param underWay gives for a delivery's number the number of the attempt that is under way; 0 for none
     */
    public static Command.Query get(Id id, LongToIntFunction underWay) {
        return context -> Outcome.Done.ok(json(context, shown(context, find(context, id), underWay), true));
    }

    /**
     * Lists the deliveries of an endpoint.
     *
     * @param underWay gives for a delivery's number the number of the attempt that is under way; 0 for none
     */
    public static Command.Query list(
            Id endpoint, PageRequest request, @Nullable String status, LongToIntFunction underWay) {
        return context -> {
            Endpoints.find(context, endpoint);
            SetKey set = SetKey.of(SetKinds.DELIVERIES, endpoint);
            return Outcome.Done.ok(Lists.page(context.rows(), set, request, bytes -> {
                DeliveryRow row = DeliveryRow.read(bytes);
                // Read once: it may change between two looks.
                Shown shown = shown(context, row, underWay);
                boolean fits = !shown.row.isExpired(context.now()) && (status == null || status.equals(shown.status));
                return fits ? json(context, shown, true) : null;
            }));
        };
    }

    /**
     * Asks for one attempt now, whatever came before; up to {@link Limits#RESENDS_MAX} times. The answer is rendered inside the writer lock
     * and may be remembered, so it leaves out what receivers have answered.
     *
     * @param bodies finds the bytes of the event, which may be gone before the delivery
     * @param underWay gives for a delivery's number the number of the attempt that is under way; 0 for none
     */
    public static Command.Change resend(Id id, Webhooks.Bodies bodies, LongToIntFunction underWay) {
        return context -> {
            DeliveryRow row = find(context, id);
            if (endpoint(context.rows(), row) == null) {
                throw RefusedException.of(
                        ProblemCode.INVALID_TRANSITION,
                        "Expected the endpoint of the delivery, but it is deleted; there is nowhere to send it.");
            }
            if (bodies.find(context.rows(), context.workspace(), row.facts().event()) == null) {
                throw RefusedException.of(
                        ProblemCode.INVALID_TRANSITION,
                        "Expected the event of the delivery, but it is not kept any more (" + Limits.EVENT_DAYS
                                + " days); there is nothing to send.");
            }
            if (row.resendsAsked() >= Limits.RESENDS_MAX) {
                throw RefusedException.of(
                        ProblemCode.INVALID_TRANSITION,
                        "A delivery can be resent " + Limits.RESENDS_MAX + " times, and this one has been resent "
                                + row.resendsAsked()
                                + " times. Read the event with GET /v1/events/{id}, or publish it anew.");
            }
            DeliveryRow next = row.resend(context.now());
            Changes changes = new Changes().put(WebhookTables.DELIVERIES, next.key(), next.row());
            byte[] body = json(context, shown(context, next, underWay), false);
            return Decision.of(changes, new Outcome.Done(202, body, null, null, 0, false));
        };
    }

    /**
     * Opens again what an endpoint had exhausted, some deliveries behind a number: one more attempt each, in order for each resource. One
     * of which a resend is under way is left as it is, and so is one whose event is gone.
     *
     * @param since when its event happened at the earliest, in epoch milliseconds
     * @param until when it was exhausted at the latest, in epoch milliseconds
     */
    public static ReopenedDeliveries recover(Context context, Id endpoint, long since, long until, long after) {
        byte[] row =
                context.rows().get(WebhookTables.ENDPOINTS, context.workspace().keyOf(endpoint));
        return row == null
                ? new ReopenedDeliveries(new Changes(), 0, Rows.NONE)
                : DeliverySteps.recover(context, EndpointRow.read(row), since, until, after);
    }

    /**
     * Deliveries that are open again.
     *
     * @param changes their rows
     * @param count how many
     * @param reached the number of the last one that was looked at; {@link Rows#NONE} if there are no more
     */
    public record ReopenedDeliveries(Changes changes, int count, long reached) {}

    private static DeliveryRow find(Context context, Id id) {
        byte[] bytes =
                context.rows().get(WebhookTables.DELIVERIES, context.workspace().keyOf(id));
        DeliveryRow row = bytes == null ? null : DeliveryRow.read(bytes);
        if (row == null || shown(context, row, number -> 0).row.isExpired(context.now())) {
            throw new RefusedException(Refusal.notFound());
        }
        return row;
    }

    /** The endpoint of a delivery; null if it is deleted. */
    static @Nullable EndpointRow endpoint(Rows rows, DeliveryRow row) {
        byte[] endpoint = rows.get(
                WebhookTables.ENDPOINTS,
                row.facts().workspace().keyOf(row.facts().endpoint()));
        return endpoint == null ? null : EndpointRow.read(endpoint);
    }

    /**
     * As the row says, once it has the attempt: what is under way is known in memory, which is told of its end a moment later. The rest of a release,
     * or of the deletion of an endpoint, is shown as if the sweep had written it.
     */
    private static Shown shown(Context context, DeliveryRow row, LongToIntFunction underWay) {
        Rows rows = context.rows();
        EndpointRow endpoint = row.status().isSettled() ? null : endpoint(rows, row);
        if (endpoint == null) {
            DeliveryRow settled = row.status().isSettled() ? row : EndpointDeletions.dropped(context, row);
            return new Shown(settled, settled.status().wireName(), settled.nextDue());
        }
        if (!endpoint.enabled()) {
            return new Shown(row, DeliveryStatus.HELD.wireName(), row.resendAt());
        }
        if (underWay.applyAsInt(row.facts().number()) == row.attempts() + 1) {
            return new Shown(row, DELIVERING, 0);
        }
        DeliveryRow released = Releases.shown(rows, endpoint, row);
        return new Shown(released, released.status().wireName(), released.nextDue());
    }

    private static byte[] json(Context context, Shown shown, boolean withBodies) {
        DeliveryRow row = shown.row;
        DeliveryRow.Facts facts = row.facts();
        JsonBytes json = new JsonBytes()
                .open()
                .member("id", facts.id())
                .member("endpointId", facts.endpoint())
                .member("eventId", facts.event())
                .member("eventType", facts.eventType())
                .member("status", shown.status);
        if (shown.nextAttempt != 0) {
            json.member("nextAttemptAt", Times.text(shown.nextAttempt));
        }
        json.member("createdAt", Times.text(facts.createdAt())).name("attempts").openArray();
        for (int i = row.oldestAttempt(); i <= row.attempts(); i++) {
            byte[] attempt = context.rows().get(WebhookTables.ATTEMPTS, AttemptRow.key(facts.id(), i));
            if (attempt != null) {
                AttemptRow.read(attempt).render(json, withBodies);
            }
        }
        return json.closeArray().close().bytes();
    }

    /**
     * A delivery as it is shown.
     *
     * @param nextAttempt when the next attempt is due, in epoch milliseconds; 0 if none is
     */
    private record Shown(DeliveryRow row, String status, long nextAttempt) {}
}
