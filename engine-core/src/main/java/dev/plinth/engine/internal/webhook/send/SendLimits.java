package dev.plinth.engine.internal.webhook.send;

/**
 * The limits of one attempt. Receivers are not trusted, so everything has a limit. The {@code DeliveryScheduler} limits
 * the attempts at once.
 *
 * @param connectMillis the most that a name look-up, a connect and each silence in a TLS handshake may take, each by
 *     itself
 * @param totalMillis the most that a whole attempt may take
 */
record SendLimits(int connectMillis, int totalMillis) {
    /** The limits of the wire contract, §9. */
    static final SendLimits STANDARD = new SendLimits(5_000, 15_000);
    /** Bytes of a response that are read before the connection is cut. */
    static final int RESPONSE_READ_BYTES = 64 * 1024;
    /** Bytes of a response that are received before the connection is cut, including the overhead of chunks. */
    static final int RESPONSE_RECEIVED_BYTES = 2 * RESPONSE_READ_BYTES;
    /** Bytes of a response that are kept for the delivery's record. */
    static final int RESPONSE_KEPT_BYTES = 8 * 1024;

    /** Bytes of all heads of one answer together, interim ones included. */
    static final int RESPONSE_HEAD_BYTES = 32 * 1024;

    static final int RESPONSE_HEADERS = 64;
    static final int RESPONSE_LINE_CHARACTERS = 4 * 1024;
    /** Bytes of each of a connection's buffers, of which there are thousands. A longer line makes its buffer grow. */
    static final int BUFFER_BYTES = 2 * 1024;
    /** Milliseconds for which a connection may wait for its next use. After that the name is looked up again. */
    static final int KEEP_ALIVE_MILLIS = 5_000;
    /** Milliseconds for which a busy connection may live, so that a receiver's move to other addresses is noticed. */
    static final int CONNECTION_LIFE_MILLIS = 60_000;
    /** The most connections that wait for their next use. */
    static final int CONNECTIONS_KEPT = 1_024;

    /** The most addresses of a name that an attempt dials, so that no name makes a scanner of it. */
    static final int ADDRESSES_TRIED = 4;

    /** The most name look-ups at a time. Those that hang outlive their attempt. */
    static final int LOOK_UPS = 256;

    SendLimits {
        if (connectMillis < 1 || totalMillis < 3L * connectMillis) {
            throw new IllegalArgumentException(
                    "The connect limit must be 1 ms or more, and the total three times as long, got " + connectMillis
                            + " ms and " + totalMillis + " ms. Raise the total.");
        }
    }
}
