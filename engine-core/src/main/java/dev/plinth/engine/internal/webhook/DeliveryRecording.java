package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.webhook.send.SendResult;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** An attempt at a delivery, in a flight recording. */
@Name("dev.plinth.Delivery")
@Label("Delivery")
@Category("Plinth")
@StackTrace(false)
@Description("A webhook was sent, or could not be")
final class DeliveryRecording extends Event {
    private static final DeliveryRecording PROBE = new DeliveryRecording();

    @Label("Delivery")
    @Nullable
    String delivery;

    @Label("Workspace")
    @Nullable
    String workspace;

    @Label("Endpoint")
    @Nullable
    String endpoint;

    @Label("Attempt")
    int attempt;

    @Label("Result")
    @Nullable
    String result;

    @Label("Status")
    int status;

    @Label("Trace")
    @Nullable
    String trace;

    /** Ends the event. */
    void ended(DeliveryRow row, SendResult sent, @Nullable TraceParent of) {
        if (shouldCommit()) {
            DeliveryRow.Facts facts = row.facts();
            delivery = facts.id().text();
            workspace = facts.workspace().text();
            endpoint = facts.endpoint().text();
            attempt = row.attempts().made() + 1;
            result = AttemptTimes.result(sent);
            status = sent.status() == null ? 0 : sent.status();
            trace = of == null ? null : of.traceId();
            commit();
        }
    }

    static DeliveryRecording probe() {
        return PROBE;
    }
}
