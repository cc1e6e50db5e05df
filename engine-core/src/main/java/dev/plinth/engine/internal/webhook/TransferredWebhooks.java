package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Backlog;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import java.util.List;

/** The tables of the room whose rows move with a workspace: endpoints before what belongs to them. */
final class TransferredWebhooks {
    private TransferredWebhooks() {}

    static List<TransferredTable> all() {
        TransferredTable.Stage last = TransferredTable.Stage.IN_LAST_RECORD;
        return List.of(
                new TransferredTable(
                        WebhookTables.ENDPOINTS,
                        TransferredTable.Stage.IN_STEPS,
                        row -> EndpointRow.read(row).number(),
                        (key, row, other) ->
                                EndpointRow.read(row).transferred(other).row(),
                        (key, row, ids) -> {
                            EndpointRow endpoint = EndpointRow.read(row);
                            ids.workspace(endpoint.workspace());
                            ids.key(endpoint.key(), key);
                        },
                        IdKind.ENDPOINT),
                EndpointRemains.transferred(),
                new TransferredTable(
                                WebhookTables.DELIVERIES,
                                TransferredTable.Stage.IN_STEPS,
                                row -> DeliveryRow.read(row).facts().number(),
                                (key, row, other) ->
                                        DeliveryRow.read(row).transferred(other).row(),
                                (key, row, ids) -> {
                                    DeliveryRow delivery = DeliveryRow.read(row);
                                    ids.workspace(delivery.facts().workspace());
                                    ids.key(delivery.key(), key);
                                },
                                IdKind.DELIVERY)
                        .onlyWith((key, row) -> DeliveryRow.read(row).facts().endpoint()),
                TransferredTable.plain(WebhookTables.ATTEMPTS, (key, row, ids) -> {})
                        .onlyWith((key, row) -> Id.read(IdKind.DELIVERY, key, 0)),
                EndpointDeletions.BACKLOG
                        .transferred(last, IdKind.ENDPOINT)
                        .onlyWith((key, row) ->
                                Backlog.read(row).skip(Long.BYTES + Id.BYTES).id(IdKind.ENDPOINT)),
                Releases.transferred(),
                MissedEvents.BACKLOG.transferred(last, IdKind.ENDPOINT));
    }
}
