package dev.plinth.engine.internal.webhook;

/**
 * What one attempt may cost; receivers are strangers, so everything has a bound. How many attempts there are at once, {@link DeliveryScheduler} knows.
 *
 * @param connectMillis the most that a name look-up, a connect and each silence in a TLS handshake may take, each for itself
 * @param totalMillis the most that a whole attempt may take, absolute
 */
record SendLimits(int connectMillis, int totalMillis) {
    /** The limits of the wire contract, §9. */
    static final SendLimits STANDARD = new SendLimits(5_000, 15_000);
    /** How much of a response is read before the connection is cut. */
    static final int RESPONSE_READ_BYTES = 64 * 1024;
    /** How much of a response is received before the connection is cut, with what stands around its parts. */
    static final int RESPONSE_RECEIVED_BYTES = 2 * RESPONSE_READ_BYTES;
    /** How much of a response is kept for the delivery's record. */
    static final int RESPONSE_KEPT_BYTES = 8 * 1024;

    /** Bytes of all heads of one answer together, interim ones included. */
    static final int RESPONSE_HEAD_BYTES = 32 * 1024;

    static final int RESPONSE_HEADERS = 64;
    static final int RESPONSE_LINE_CHARACTERS = 4 * 1024;
    /** Bytes of each of a connection's buffers, of which there are thousands; a longer line makes its buffer grow. */
    static final int BUFFER_BYTES = 2 * 1024;
    /** How long a connection may wait for its next use; the name is looked up anew after that. */
    static final int KEEP_ALIVE_MILLIS = 5_000;
    /** How long a busy connection may live, so that a receiver's move to other addresses is noticed. */
    static final int CONNECTION_LIFE_MILLIS = 60_000;
    /** The most connections that wait for their next use. */
    static final int CONNECTIONS_KEPT = 1_024;

    /** The most addresses of a name that an attempt dials, so that no name makes a scanner of it. */
    static final int ADDRESSES_TRIED = 4;

    /** The most name look-ups at a time; those that hang outlive their attempt. */
    static final int LOOK_UPS = 256;

    SendLimits {
        if (connectMillis < 1 || totalMillis < 3L * connectMillis) {
            throw new IllegalArgumentException("Expected a connect limit of at least 1 ms and a total of at least three"
                    + " times that, but got " + connectMillis + " ms and " + totalMillis + " ms; raise the total.");
        }
    }
}
