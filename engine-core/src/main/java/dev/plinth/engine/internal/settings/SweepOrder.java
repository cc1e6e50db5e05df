package dev.plinth.engine.internal.settings;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.command.DeletedWorkspacePurge;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.webhook.FanOut;
import java.util.ArrayList;
import java.util.List;

/** The work of the sweep, collected from all rooms. */
public final class SweepOrder {
    private SweepOrder() {}

    /**
     * Returns the series of the sweep. It seals with the present key of a cipher. Otherwise they are unfinished work, then rows with a retention period. Open deliveries end before
     * their events expire.
     */
    public static List<List<SweepWork>> inOrder(SecretCipher cipher) {
        List<SweepWork> eventsAndDeliveries = new ArrayList<>(Deliveries.retentions());
        eventsAndDeliveries.add(Events.retention());
        return List.of(
                List.of(Jobs.cancellations()),
                List.of(Endpoints.deletions()),
                List.of(Endpoints.remains()),
                List.of(Endpoints.releases(Access::isActive)),
                List.of(Endpoints.missed(Events::written)),
                List.of(Resources.deletions(Jobs::cancelOn, FanOut::rows)),
                List.of(new DeletedWorkspacePurge()),
                List.of(Endpoints.resealing(cipher), Idempotency.resealing(cipher), MasterKey.renewal(cipher)),
                List.of(Keys.retention()),
                List.of(Idempotency.retention()),
                Jobs.retentions(),
                eventsAndDeliveries);
    }
}
