package dev.plinth.engine.internal.store.log;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A snapshot, in a flight recording. One that failed is in it too. */
@Name("dev.plinth.Snapshot")
@Label("Snapshot")
@Category("Plinth")
@StackTrace(false)
@Description("All rows were copied into a snapshot")
public final class SnapshotRecording extends Event {
    private static final SnapshotRecording PROBE = new SnapshotRecording();

    @Label("Is Made")
    public boolean made;

    public static SnapshotRecording probe() {
        return PROBE;
    }
}
