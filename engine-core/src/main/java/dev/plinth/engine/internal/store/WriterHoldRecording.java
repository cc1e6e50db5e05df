package dev.plinth.engine.internal.store;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** A long hold of the writer lock, in a flight recording. Its stack is that of the holder. */
@Name("dev.plinth.WriterHold")
@Label("Writer Hold")
@Category("Plinth")
@Threshold("20 ms")
@Description("A thread held the writer lock for long, and all other writers waited")
final class WriterHoldRecording extends Event {
    private static final WriterHoldRecording PROBE = new WriterHoldRecording();

    static WriterHoldRecording probe() {
        return PROBE;
    }
}
