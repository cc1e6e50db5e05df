package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.decision.Command;

/** Shows steps of the sender to tests that have to make one at a time of their own. */
public final class DeliveryStepsInside {
    private DeliveryStepsInside() {}

    /** Makes the step of the sender for a delivery that is due behind an open one of its resource. */
    public static Command.Change park(byte[] deliveryRow) {
        return DeliverySteps.park(DeliveryRow.read(deliveryRow));
    }
}
