package dev.plinth.engine.internal.job;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** An attempt of a job by a handler in this JVM, in a flight recording. */
@Name("dev.plinth.Job")
@Label("Job")
@Category("Plinth")
@StackTrace(false)
@Description("A handler ran an attempt of a job")
final class JobRecording extends Event {
    private static final JobRecording PROBE = new JobRecording();

    @Label("Job")
    @Nullable
    String job;

    @Label("Workspace")
    @Nullable
    String workspace;

    @Label("Type")
    @Nullable
    String type;

    @Label("Attempt")
    int attempt;

    @Label("Trace")
    @Nullable
    String trace;

    /** Ends the event. */
    void ended(JobRow row) {
        if (shouldCommit()) {
            JobRow.Facts facts = row.facts();
            job = facts.id().text();
            workspace = facts.workspace().text();
            type = facts.type();
            attempt = row.attempt();
            trace = facts.trace() == null ? null : facts.trace().traceId();
            commit();
        }
    }

    static JobRecording probe() {
        return PROBE;
    }
}
