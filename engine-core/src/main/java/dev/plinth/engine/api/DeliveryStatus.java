package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The states of a delivery. */
public enum DeliveryStatus {
    /** Waits for its first attempt. */
    @JsonProperty("pending")
    PENDING,
    /** An attempt is in flight. */
    @JsonProperty("delivering")
    DELIVERING,
    /** The receiver took it. */
    @JsonProperty("delivered")
    DELIVERED,
    /** An attempt failed, and another one is due. */
    @JsonProperty("retrying")
    RETRYING,
    /** All attempts failed. A resend or a recovery tries again. */
    @JsonProperty("exhausted")
    EXHAUSTED,
    /** Waits until its endpoint is enabled and its workspace is active. */
    @JsonProperty("held")
    HELD,
    /** Ended without a delivery, such as with its endpoint. */
    @JsonProperty("dropped")
    DROPPED,
    /** Stands for a word of a newer server, which this release does not know. */
    @JsonProperty("unknown")
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** Returns the word of the wire, such as {@code pending}. */
    public String wireName() {
        return wireName;
    }
}
