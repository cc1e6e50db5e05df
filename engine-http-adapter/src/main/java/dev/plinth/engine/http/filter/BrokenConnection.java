package dev.plinth.engine.http.filter;

import java.util.Objects;

/**
 * Ends the future of a call that gets no answer. Its connection is broken instead, as {@link #reset} or
 * {@link #closedAfter} says. For tests of clients; the engine itself never does this. Immutable.
 */
public final class BrokenConnection extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean reset;
    private final byte[] bytes;

    private BrokenConnection(boolean reset, byte[] bytes) {
        super("The connection is broken on purpose", null, false, false);
        this.reset = reset;
        this.bytes = bytes;
    }

    /** Resets the connection, so that the client's next read fails. */
    public static BrokenConnection reset() {
        return new BrokenConnection(true, new byte[0]);
    }

    /**
     * Sends these bytes and closes the connection.
     *
     * @param bytes the bytes, sent as they are; none for an end without a reply
     */
    public static BrokenConnection closedAfter(byte... bytes) {
        return new BrokenConnection(
                false, Objects.requireNonNull(bytes, "bytes").clone());
    }

    public boolean isReset() {
        return reset;
    }

    public byte[] bytes() {
        return bytes;
    }
}
