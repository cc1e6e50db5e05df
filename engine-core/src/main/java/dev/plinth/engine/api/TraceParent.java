package dev.plinth.engine.api;

import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The place of some work in a trace, as the headers {@code traceparent} and {@code tracestate} carry it (W3C Trace
 * Context §3.2 and §3.3). Immutable.
 */
public final class TraceParent {
    /** The name of the header, in lower case. */
    public static final String HEADER = "traceparent";

    /** The name of the header of the state, in lower case. */
    public static final String STATE_HEADER = "tracestate";

    /** Characters of a state that are kept, commas included. The standard asks for as many at least (§3.3.1.5). */
    public static final int STATE_LENGTH_MAX = 512;

    private static final int TRACE_AT = 3;
    private static final int SPAN_AT = 36;
    private static final int FLAGS_AT = 53;
    private static final int LENGTH = 55;
    private static final int WORD = 16;
    private static final String VERSION = "00";
    private static final String NO_VERSION = "ff";

    private final long traceHigh;
    private final long traceLow;
    private final long span;
    private final boolean sampled;
    private final String state;

    private TraceParent(long traceHigh, long traceLow, long span, boolean sampled, String state) {
        if (traceHigh == 0 && traceLow == 0 || span == 0) {
            throw new IllegalArgumentException("A trace id and a span id must not be all zero.");
        }
        this.traceHigh = traceHigh;
        this.traceLow = traceLow;
        this.span = span;
        this.sampled = sampled;
        this.state = state;
    }

    /**
     * Returns a place without a state.
     *
     * @param traceHigh the first 8 bytes of the trace id
     * @param traceLow the last 8 bytes of the trace id, which is not all zero
     * @param span the id of the span that causes the work, not 0
     * @param sampled true if the caller may have recorded the trace
     * @throws IllegalArgumentException if an id is all zero
     */
    public static TraceParent of(long traceHigh, long traceLow, long span, boolean sampled) {
        return new TraceParent(traceHigh, traceLow, span, sampled, "");
    }

    /**
     * Returns a place of hexadecimal digits in lower case.
     *
     * @param traceId 32 digits, not all zero
     * @param spanId 16 digits, not all zero
     * @throws IllegalArgumentException if an id is malformed
     */
    public static TraceParent of(String traceId, String spanId, boolean sampled) {
        Objects.requireNonNull(traceId, "traceId must not be null.");
        Objects.requireNonNull(spanId, "spanId must not be null.");
        return parse(VERSION + "-" + traceId + "-" + spanId + (sampled ? "-01" : "-00"))
                .orElseThrow(() -> new IllegalArgumentException(
                        "A trace id must have 32 and a span id 16 hexadecimal digits in lower case, not all zero; got "
                                + traceId + " and " + spanId + "."));
    }

    /**
     * Reads a header. A later version may have more fields behind the four of version 00 (§3.2.4). A malformed header is
     * ignored, as the standard says.
     *
     * @param header the header, or null if there is none
     * @return empty if there is none, or it is malformed
     */
    public static Optional<TraceParent> parse(@Nullable String header) {
        if (header == null || header.length() < LENGTH || !isFramed(header)) {
            return Optional.empty();
        }
        long high = HexFormat.fromHexDigitsToLong(header, TRACE_AT, TRACE_AT + WORD);
        long low = HexFormat.fromHexDigitsToLong(header, TRACE_AT + WORD, TRACE_AT + 2 * WORD);
        long span = HexFormat.fromHexDigitsToLong(header, SPAN_AT, SPAN_AT + WORD);
        boolean sampled = (HexFormat.fromHexDigits(header, FLAGS_AT, LENGTH) & 1) != 0;
        return high == 0 && low == 0 || span == 0 ? Optional.empty() : Optional.of(of(high, low, span, sampled));
    }

    private static boolean isFramed(String header) {
        for (int i = 0; i < LENGTH; i++) {
            char c = header.charAt(i);
            boolean isDash = i == TRACE_AT - 1 || i == SPAN_AT - 1 || i == FLAGS_AT - 1;
            boolean isDigit = c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
            if (isDash ? c != '-' : !isDigit) {
                return false;
            }
        }
        return header.length() == LENGTH
                ? !header.startsWith(NO_VERSION)
                : header.charAt(LENGTH) == '-' && !header.startsWith(NO_VERSION) && !header.startsWith(VERSION);
    }

    /** Returns the trace id, 32 hexadecimal digits in lower case. */
    public String traceId() {
        return HexFormat.of().toHexDigits(traceHigh) + HexFormat.of().toHexDigits(traceLow);
    }

    /** Returns the id of the span that causes the work, 16 hexadecimal digits in lower case. */
    public String spanId() {
        return HexFormat.of().toHexDigits(span);
    }

    /** Returns the first 8 bytes of the trace id. */
    public long traceHigh() {
        return traceHigh;
    }

    /** Returns the last 8 bytes of the trace id. */
    public long traceLow() {
        return traceLow;
    }

    /** Returns the id of the span that causes the work, not 0. */
    public long span() {
        return span;
    }

    /** Returns true if the caller may have recorded the trace. */
    public boolean sampled() {
        return sampled;
    }

    /**
     * Returns the members that vendors of tracing add, in at most {@link #STATE_LENGTH_MAX} characters; empty if there are
     * none.
     */
    public String state() {
        return state;
    }

    /** Returns the same trace with another span as the cause. */
    public TraceParent withSpan(long id) {
        return new TraceParent(traceHigh, traceLow, id, sampled, state);
    }

    /**
     * Returns the same place with the state of a header {@code tracestate}. Blanks around members and empty members are
     * left out. A malformed header, or one of more than 32 members, counts as none. A header of more than
     * {@link #STATE_LENGTH_MAX} characters loses whole members: first those of more than 128 characters, and then others,
     * each from its end (§3.3.1.5).
     *
     * @param header the header, several joined with commas in their order; null if there is none
     */
    public TraceParent withState(@Nullable String header) {
        return new TraceParent(traceHigh, traceLow, span, sampled, header == null ? "" : TraceStates.kept(header));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TraceParent place
                && place.traceHigh == traceHigh
                && place.traceLow == traceLow
                && place.span == span
                && place.sampled == sampled
                && place.state.equals(state);
    }

    @Override
    public int hashCode() {
        return Objects.hash(traceHigh, traceLow, span, sampled, state);
    }

    /** Returns the header {@code traceparent} in version 00, 55 characters. The state is not in it. */
    @Override
    public String toString() {
        return VERSION + "-" + traceId() + "-" + spanId() + (sampled ? "-01" : "-00");
    }
}
