package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Grace;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.timer.WorkspacePurge;
import dev.plinth.engine.internal.webhook.send.WebhookSecret;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The commands on webhook endpoints. */
public final class Endpoints {
    /** The states that a caller can give an endpoint. */
    public static final List<String> STATUSES = List.of("enabled", "disabled");

    /** The orders of deliveries, the usual first. */
    public static final List<String> ORDERINGS = List.of("resource", "none");

    /** The members of an endpoint. */
    public static final Entity ENTITY = Entity.named("WebhookEndpoint")
            .with("id", Schema.id(IdKind.ENDPOINT))
            .with("url", Schema.TEXT)
            .with("types", Schema.list(Schema.TEXT))
            .with("status", Schema.oneOf(STATUSES))
            .with("ordering", Schema.oneOf(ORDERINGS))
            .with("description", Schema.TEXT)
            .with("headers", Schema.texts())
            .maybe("maxPerSecond", Schema.WHOLE)
            .with("createdAt", Schema.TIME)
            .maybe("missedSince", Schema.TIME)
            .maybe("secret", Schema.TEXT);

    private Endpoints() {}

    /** Creates an endpoint. Only this answer has its secret. */
    public static Command.Change create(EndpointSettings settings) {
        return context -> {
            int most = context.plan().endpointsMax();
            long there = count(context.rows(), context.workspace());
            if (there >= most) {
                throw RefusedException.of(
                        ProblemCode.PLAN_LIMIT_REACHED,
                        "Plan " + context.plan().name() + " allows " + most + " webhook endpoints, and there are "
                                + there + ". Delete one, or ask for a larger plan.");
            }
            Id id = context.newId(IdKind.ENDPOINT);
            byte[] secret = context.newSecret(WebhookSecret.KEY_BYTES);
            byte[] sealed = context.cipher().seal(secret, id.key());
            EndpointRow row = new EndpointRow(
                    id,
                    context.workspace(),
                    context.nextNumber(),
                    settings.sealed(context.cipher(), id),
                    true,
                    context.now(),
                    new EndpointRow.Secrets(sealed, List.of()),
                    null);
            Changes changes = put(new Changes(), row);
            changes.event(event(row, "webhook_endpoint.created", row.maskedJson()));
            byte[] shown = row.json(context.cipher(), WebhookSecret.text(secret));
            return Decision.of(
                    changes,
                    Outcome.Done.created(shown, null, "/v1/webhook-endpoints/" + id.text())
                            .withSecret());
        };
    }

    /** Shows an endpoint. */
    public static Command.Query get(Id id) {
        return context -> Outcome.Done.ok(shown(context, find(context, id)));
    }

    /** Shows the credentials of receivers only to a caller that may write them. */
    private static byte[] shown(Context context, EndpointRow row) {
        return context.caller().may(Scope.WEBHOOKS_WRITE) ? row.json(context.cipher(), null) : row.maskedJson();
    }

    /** Lists the endpoints of the caller's workspace. */
    public static Command.Query list(PageRequest request) {
        return context -> Outcome.Done.ok(Lists.page(
                context.rows(),
                WebhookTables.ENDPOINTS,
                SetKey.of(SetKinds.ENDPOINTS, context.workspace()),
                request,
                row -> shown(context, row)));
    }

    /**
     * Changes an endpoint. Enabling it releases held deliveries and retries, and ending its order releases deliveries
     * that wait in its lanes. This record only allows the endpoint to be called. Then {@link #releases} makes its
     * deliveries due, in their order.
     *
     * @param change makes the new settings of the old ones
     * @param enabled true to enable it, false to disable it, or null to leave it
     */
    public static Command.Change update(Id id, UnaryOperator<EndpointSettings> change, @Nullable Boolean enabled) {
        return context -> {
            EndpointRow old = find(context, id);
            EndpointRow row = old.with(
                    change.apply(old.opened(context.cipher())).sealed(context.cipher(), id),
                    enabled == null ? old.enabled() : enabled,
                    context.rows(),
                    context.now());
            byte[] json = row.json(context.cipher(), null);
            Outcome.Done done = Outcome.Done.ok(json).withSecret();
            if (Arrays.equals(json, old.json(context.cipher(), null))) {
                return Decision.nothing(done);
            }
            Changes changes = put(new Changes(), row);
            boolean releases = row.enabled() && !old.enabled();
            boolean frees = old.settings().ordered() && !row.settings().ordered();
            if (releases || frees && row.enabled()) {
                Releases.begin(context, row, releases, changes);
            } else if (!row.enabled()) {
                Releases.end(context.rows(), row, changes);
                MissedEvents.end(context.rows(), row, changes);
            }
            if (releases) {
                MissedEvents.begin(context, row, changes);
            }
            boolean disabled = old.enabled() && !row.enabled();
            changes.event(
                    event(row, disabled ? "webhook_endpoint.disabled" : "webhook_endpoint.updated", row.maskedJson()));
            return Decision.of(changes, done);
        };
    }

    /**
     * Deletes an endpoint. Its open deliveries are dropped and stay readable. From this record on none of them is sent
     * and all are shown as dropped. Then {@link #deletions} writes them.
     */
    public static Command.Change delete(Id id) {
        return context -> {
            EndpointRow row = find(context, id);
            byte[] body = JsonBytes.deleted(id);
            Changes changes = new Changes().within(ReserveAccess.RECORDED).remove(WebhookTables.ENDPOINTS, row.key());
            Releases.end(context.rows(), row, changes);
            MissedEvents.end(context.rows(), row, changes);
            EndpointDeletions.begin(context, row, changes);
            EndpointRemains.begin(context, row, changes);
            changes.event(event(row, "webhook_endpoint.deleted", body));
            return Decision.of(changes, Outcome.Done.ok(body));
        };
    }

    /** Returns the retention of what is known of deleted endpoints. */
    public static SweepWork remains() {
        return EndpointRemains.retention();
    }

    /** Returns the work of the sweep that seals secrets of endpoints again. */
    public static SweepWork resealing(SecretCipher cipher) {
        return SweepWork.resealing(
                "resealed endpoints",
                WebhookTables.ENDPOINTS,
                WebhookTables.SEALED,
                cipher,
                (row, keys) -> row.row().resealed(keys).row());
    }

    /** Returns how many endpoints another key than the present one has sealed. */
    public static long ofOtherKeys(Rows rows, SecretCipher cipher) {
        return WebhookTables.SEALED.ofOtherKeys(rows, cipher);
    }

    /** Returns the work of the sweep that drops open deliveries of deleted endpoints. */
    public static SweepWork deletions() {
        return EndpointDeletions.sweepWork();
    }

    /**
     * Returns the work of the sweep that makes released deliveries due. They were held until their endpoint was enabled
     * or their workspace active, or waited until their endpoint ended its order.
     *
     * @param mayRun tells whether the deliveries of a workspace may be sent
     */
    public static SweepWork releases(BiPredicate<Rows, Id> mayRun) {
        return Releases.sweepWork(mayRun);
    }

    /**
     * Returns the work of the sweep that makes deliveries of missed events.
     *
     * @param events reads the row of an event
     */
    public static SweepWork missed(Function<byte[], Changes.WrittenEvent> events) {
        return MissedEvents.sweepWork(events);
    }

    /** Returns true if a write begins or continues work of the sweep. */
    public static boolean concerns(Changes.Write write) {
        return EndpointDeletions.BACKLOG.isContinuedBy(write)
                || Releases.BACKLOG.isContinuedBy(write)
                || MissedEvents.BACKLOG.isContinuedBy(write);
    }

    /**
     * Gives an endpoint a new secret. The previous one also signs for so many seconds, and older ones until then or their own
     * time, whichever comes first.
     */
    public static Command.Change rotate(Id id, long graceSeconds) {
        return context -> {
            EndpointRow old = find(context, id);
            byte[] secret = context.newSecret(WebhookSecret.KEY_BYTES);
            byte[] sealed = context.cipher().seal(secret, id.key());
            EndpointRow row = old.with(old.secrets()
                    .rotate(sealed, new Grace(context.now(), context.now() + graceSeconds * 1000), context.rows()));
            if (row.secrets().old().size() > Limits.OLD_SECRETS_MAX) {
                throw RefusedException.of(
                        ProblemCode.INVALID_TRANSITION,
                        "An endpoint may have " + Limits.OLD_SECRETS_MAX
                                + " old secrets in grace, and this one has them. Rotate with graceSeconds 0, or wait until one expires.");
            }
            Changes changes = put(new Changes(), row);
            changes.event(event(row, "webhook_endpoint.updated", row.maskedJson()));
            return Decision.of(
                    changes,
                    Outcome.Done.ok(row.json(context.cipher(), WebhookSecret.text(secret)))
                            .withSecret());
        };
    }

    /**
     * Returns the purge of a workspace's endpoints with their deliveries and attempts, and of those that endpoints
     * deleted earlier have left.
     */
    public static WorkspacePurge purge() {
        return Endpoints::collect;
    }

    private static void collect(Context context, Id workspace, SweepBatch batch) {
        EndpointRemains.purge(context, workspace, batch);
        if (batch.isFull()) {
            return;
        }
        Rows rows = context.rows();
        SetKey all = SetKey.of(SetKinds.ENDPOINTS, workspace);
        for (StoredRow<EndpointRow> each : rows.in(WebhookTables.ENDPOINTS, all)) {
            if (!DeliveryRetention.removeAll(rows, each.row().id(), batch)) {
                return;
            }
            batch.remove(each);
        }
    }

    /**
     * Adds the release of the held deliveries of all enabled endpoints of a workspace, as {@link #update} does for one.
     */
    public static void releaseAll(Context context, Id workspace, Changes changes) {
        Releases.beginAll(context, workspace, changes);
    }

    /** Returns true if a table has the endpoints themselves. */
    public static boolean isOfEndpoints(TableName<?> table) {
        return table.number() == WebhookTables.ENDPOINTS.number();
    }

    /**
     * Returns the row of an endpoint, disabled, or that of a delivery without the attempts that were requested and not
     * made. These would be made whatever the state of the endpoint. Any other row stays as it is.
     */
    public static byte[] paused(TableName<?> table, byte[] row) {
        if (isOfEndpoints(table)) {
            return EndpointRow.read(row).disabled().row();
        }
        if (table.number() != WebhookTables.DELIVERIES.number()) {
            return row;
        }
        DeliveryRow delivery = DeliveryRow.read(row);
        return delivery.resendAt() == 0 ? row : delivery.withoutResends().row();
    }

    /** Returns true if the rows of a table are work that goes on only at enabled endpoints. */
    public static boolean isForEnabled(TableName<?> table) {
        return table.number() == Releases.BACKLOG.table().number()
                || table.number() == MissedEvents.BACKLOG.table().number();
    }

    /** Returns how many endpoints a workspace has. */
    public static long count(Rows rows, Id workspace) {
        return rows.size(SetKey.of(SetKinds.ENDPOINTS, workspace));
    }

    /** Adds that an endpoint is disabled, because its receiver answered that it is gone. */
    static void disable(Context context, Id workspace, Id id, Changes changes) {
        EndpointRow old = context.rows().find(WebhookTables.ENDPOINTS, workspace.keyOf(id));
        if (old != null && old.enabled()) {
            EndpointRow row = old.with(old.settings(), false, context.rows(), context.now());
            put(changes, row);
            Releases.end(context.rows(), row, changes);
            MissedEvents.end(context.rows(), row, changes);
            changes.event(event(row, "webhook_endpoint.disabled", row.maskedJson()));
        }
    }

    /** Refuses if the caller has no such endpoint. */
    public static void check(Context context, Id id) {
        EndpointRow unused = find(context, id);
    }

    static EndpointRow find(Context context, Id id) {
        return context.rows()
                .require(WebhookTables.ENDPOINTS, context.workspace().keyOf(id));
    }

    private static Changes put(Changes changes, EndpointRow row) {
        return changes.put(WebhookTables.ENDPOINTS, row.key(), row.row());
    }

    private static Changes.EventDraft event(EndpointRow row, String type, byte[] data) {
        return new Changes.EventDraft(row.workspace(), type, null, data);
    }
}
