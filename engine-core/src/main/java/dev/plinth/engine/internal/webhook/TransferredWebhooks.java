package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.TransferredTable;
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
                                EndpointRow.read(row).transferred(other).row()),
                EndpointRemains.transferred(),
                new TransferredTable(
                        WebhookTables.DELIVERIES,
                        TransferredTable.Stage.IN_STEPS,
                        row -> DeliveryRow.read(row).facts().number(),
                        (key, row, other) ->
                                DeliveryRow.read(row).transferred(other).row()),
                TransferredTable.plain(WebhookTables.ATTEMPTS),
                EndpointDeletions.BACKLOG.transferred(last),
                Releases.transferred(),
                MissedEvents.BACKLOG.transferred(last));
    }
}
