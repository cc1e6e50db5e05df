package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.settings.EngineSetting;
import java.time.Duration;

/**
 * The time that a connection may stay in each phase, so that no slow client holds one. Real time.
 *
 * @param headers for a handshake of TLS, and from the first byte of a request to the end of its headers, however often bytes arrive in between
 * @param body from the end of the headers to the end of the body
 * @param write for {@link FramingLimits#SLICE_BYTES_MAX} bytes of an answer, from the first byte handed to the socket
 *     to the last
 * @param idle between two requests, and for a write that makes no progress
 * @param closing from the last answer to the client's own close
 * @param drain for the requests in flight when a server closes
 * @param grace for an idle connection when a server closes, so that a request on its way is still answered
 */
public record Deadlines(
        Duration headers,
        Duration body,
        Duration write,
        Duration idle,
        Duration closing,
        Duration drain,
        Duration grace) {
    /** The deadlines that the product promises. */
    public static final Deadlines STANDARD = new Deadlines(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            EngineSetting.DRAIN.time(EngineSetting.DRAIN.byDefault()),
            Duration.ofMillis(300));

    private static final Duration PERIOD_MAX = Duration.ofSeconds(1);
    private static final int LOOKS_PER_DEADLINE = 4;

    /** Returns these deadlines with another one for the requests in flight when a server closes. */
    public Deadlines withDrain(Duration time) {
        return new Deadlines(headers, body, write, idle, closing, time, grace);
    }

    /** Returns how often to look, so that no deadline is missed by much more than a quarter of itself. */
    Duration period() {
        Duration shortest = PERIOD_MAX.multipliedBy(LOOKS_PER_DEADLINE);
        for (Duration deadline : new Duration[] {headers, body, write, idle, closing}) {
            shortest = deadline.compareTo(shortest) < 0 ? deadline : shortest;
        }
        return shortest.dividedBy(LOOKS_PER_DEADLINE);
    }

    /** Returns the nanoseconds that a connection may stay in a phase. */
    long nanos(Phase phase) {
        return switch (phase) {
            case IDLE -> idle.toNanos();
            case HANDSHAKE, HEADERS -> headers.toNanos();
            case BODY -> body.toNanos();
            case CLOSING -> closing.toNanos();
            // The engine limits its own waits.
            case WORKING -> Long.MAX_VALUE;
        };
    }
}
