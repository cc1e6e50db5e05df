package dev.plinth.engine.internal.store;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A snapshot, in a flight recording. One that failed is in it too. */
@Name("dev.plinth.Snapshot")
@Label("Snapshot")
@Category("Plinth")
@StackTrace(false)
@Description("All rows were copied into a snapshot")
final class SnapshotEvent extends Event {
    private static final SnapshotEvent PROBE = new SnapshotEvent();

    @Label("Is Made")
    boolean made;

    /** Begins an event if a recording wants it, and returns null otherwise. */
    static @Nullable SnapshotEvent begun() {
        if (!PROBE.isEnabled()) {
            return null;
        }
        SnapshotEvent event = new SnapshotEvent();
        event.begin();
        return event;
    }
}
