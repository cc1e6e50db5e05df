package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Limits;

/**
 * What one attempt, and all of them together, may cost; receivers are strangers, so everything has a bound.
 *
 * @param connectMillis the most that waiting for a free connection, a name look-up, a connect and each read of a TLS
 *     handshake may take, each for itself
 * @param totalMillis the most that a whole attempt may take, absolute
 * @param connections the most connections at a time, wherever they lead: how many of them an endpoint has at most, {@link Slots}
 *     knows, and endpoints at the same host do not compete
 */
record SendLimits(int connectMillis, int totalMillis, int connections) {
    /** The limits of the wire contract, §9. */
    static final SendLimits STANDARD =
            new SendLimits(5_000, 15_000, Limits.DELIVERIES_RUNNING_MAX + Limits.WEBHOOK_TESTS_RUNNING_MAX);
    /** How much of a response is read before the connection is cut. */
    static final int RESPONSE_READ_BYTES = 64 * 1024;
    /** How much of a response is kept for the delivery's record. */
    static final int RESPONSE_KEPT_BYTES = 8 * 1024;

    static final int RESPONSE_HEADERS = 100;
    static final int RESPONSE_LINE_CHARACTERS = 8 * 1024;
    /** How long a connection may wait for its next use; the name is looked up anew after that. */
    static final int KEEP_ALIVE_MILLIS = 5_000;
    /** How long a busy connection may live, so that a receiver's move to other addresses is noticed. */
    static final int CONNECTION_LIFE_MILLIS = 60_000;
    /** From how long a wait on, a kept connection is tested before its next use; the test costs a millisecond. */
    static final int TEST_AFTER_IDLE_MILLIS = 100;

    /** The most name look-ups at a time: more than connections, as those that hang outlive their attempt. */
    static final int LOOK_UPS = 256;

    SendLimits {
        // Neither the wait for a connection nor the look-up can be cut short by the deadline, so both must fit into it.
        if (connectMillis < 1 || totalMillis < 3L * connectMillis) {
            throw new IllegalArgumentException("Expected a connect limit of at least 1 ms and a total of at least three"
                    + " times that, but got " + connectMillis + " ms and " + totalMillis + " ms; raise the total.");
        }
        if (connections < 1 || connections > LOOK_UPS) {
            throw new IllegalArgumentException(
                    "Expected 1 to " + LOOK_UPS + " connections, but got " + connections + ".");
        }
    }
}
