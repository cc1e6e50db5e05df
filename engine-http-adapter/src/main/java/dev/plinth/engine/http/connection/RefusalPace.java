package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingLimits;
import org.eclipse.jetty.http.HttpStatus;

/**
 * Decides for how long a connection holds back an answer 429. Without a pause, a few clients that go on after many
 * refusals keep a processor busy.
 *
 * <p>Another answer takes one refusal off and does not forget them all. Otherwise a client could evade the pause with
 * one cheap call now and then. A connection asks once for each answer, on any thread, and never for two at once.
 */
final class RefusalPace {
    private static final int COUNTED_MAX = FramingLimits.REFUSALS_AT_ONCE + 1;

    private volatile int refusals; // at most COUNTED_MAX, so that a client that mends its ways is soon free again

    /** Counts an answer, and returns for how many milliseconds to hold it back; 0 for most. */
    int millisToHold(int status) {
        boolean isRefusal = status == HttpStatus.TOO_MANY_REQUESTS_429;
        refusals = isRefusal ? Math.min(refusals + 1, COUNTED_MAX) : Math.max(refusals - 1, 0);
        return isRefusal && refusals > FramingLimits.REFUSALS_AT_ONCE ? FramingLimits.REFUSAL_HELD_MILLIS : 0;
    }
}
