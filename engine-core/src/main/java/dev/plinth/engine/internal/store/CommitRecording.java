package dev.plinth.engine.internal.store;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** A record that was applied and appended, in a flight recording. It may not be durable yet. */
@Name("dev.plinth.Commit")
@Label("Commit")
@Category("Plinth")
@Threshold("1 ms")
@StackTrace(false)
@Description("A record was applied and appended to the journal")
final class CommitRecording extends Event {
    private static final CommitRecording PROBE = new CommitRecording();

    @Label("Sequence")
    long sequence;

    @Label("Rows")
    int rows;

    @Label("Bytes")
    int bytes;

    /** Ends the event. */
    void ended(long number, int written, int length) {
        if (shouldCommit()) {
            sequence = number;
            rows = written;
            bytes = length;
            commit();
        }
    }

    static CommitRecording probe() {
        return PROBE;
    }
}
