package dev.plinth.engine.http.log;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a request belongs to, from its header {@code traceparent} (W3C Trace Context, §3.2). Log lines of the
 * thread that works on the request carry it.
 *
 * @param traceId 32 hexadecimal digits in lower case
 * @param parentId the caller's span, 16 of them
 */
public record TraceContext(String traceId, String parentId) {
    /** A later version may have more fields behind the four of version 00. */
    private static final Pattern HEADER =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?");

    private static final ThreadLocal<TraceContext> PRESENT = new ThreadLocal<>();

    /** Reads a header. Empty if there is none, or if it is wrong, because the standard has it ignored then. */
    public static Optional<TraceContext> of(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        Matcher matcher = HEADER.matcher(header);
        boolean isRight = matcher.matches()
                && (matcher.group(4) == null || !matcher.group(1).equals("00"));
        return isRight ? Optional.of(new TraceContext(matcher.group(2), matcher.group(3))) : Optional.empty();
    }

    /** Runs a step on this thread, so that its log lines carry the trace of a header. */
    public static void during(@Nullable String header, Runnable step) {
        Optional<TraceContext> trace = of(header);
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
    static Optional<TraceContext> present() {
        return Optional.ofNullable(PRESENT.get());
    }
}
