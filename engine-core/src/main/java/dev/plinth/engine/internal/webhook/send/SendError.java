package dev.plinth.engine.internal.webhook.send;

import java.util.Locale;

/** The reason why an attempt failed, in the words of the wire contract, §9. */
public enum SendError {
    /** The receiver took too long, or no connection became free in time. */
    TIMEOUT,
    /** The connection was refused, reset or closed early. */
    CONNECTION,
    /** The name has no address, or its look-up took too long. */
    DNS,
    /** The handshake failed: the receiver has no TLS, or its certificate is not trusted or is another host's. */
    TLS,
    /** The name has an address that webhooks must not reach. */
    FORBIDDEN_ADDRESS,
    /** The receiver answered with something other than 2xx, or with something that is not HTTP. */
    HTTP;

    /** Returns the value of {@code errorClass} on the wire. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
