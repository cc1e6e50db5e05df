package dev.plinth.engine.http.log;

import dev.plinth.engine.api.TraceParent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives the log lines of a thread the trace of the request that the thread works on. */
public final class ThreadTrace {
    private static final ThreadLocal<TraceParent> PRESENT = new ThreadLocal<>();

    private ThreadTrace() {}

    /** Runs a step on this thread, so that its log lines carry the trace of a header. */
    public static void during(@Nullable String header, Runnable step) {
        Optional<TraceParent> trace = TraceParent.parse(header);
        if (trace.isEmpty()) {
            step.run();
            return;
        }
        PRESENT.set(trace.get());
        try {
            step.run();
        } finally {
            PRESENT.remove();
        }
    }

    /** Returns the trace of the step that runs on this thread. */
    static Optional<TraceParent> present() {
        return Optional.ofNullable(PRESENT.get());
    }
}
