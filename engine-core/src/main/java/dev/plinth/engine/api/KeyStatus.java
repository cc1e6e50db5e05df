package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The states of an API key. */
public enum KeyStatus {
    /** Its calls are admitted. */
    @JsonProperty("enabled")
    ENABLED,
    /** Its calls are refused until it is enabled again. */
    @JsonProperty("disabled")
    DISABLED,
    /** Its calls are refused for good. */
    @JsonProperty("revoked")
    REVOKED,
    /** Its time is over. */
    @JsonProperty("expired")
    EXPIRED,
    /** Stands for a word of a newer server, which this release does not know. */
    @JsonProperty("unknown")
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** Returns the word of the wire, such as {@code enabled}. */
    public String wireName() {
        return wireName;
    }
}
