package dev.plinth.engine.internal.store.log.disk;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** A sync of the journal, in a flight recording. */
@Name("dev.plinth.Sync")
@Label("Sync")
@Category("Plinth")
@Threshold("20 ms")
@StackTrace(false)
@Description("The disk made the journal durable")
final class SyncRecording extends Event {
    private static final SyncRecording PROBE = new SyncRecording();

    static SyncRecording probe() {
        return PROBE;
    }
}
