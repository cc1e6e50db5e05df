package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The mode of an API key. */
public enum KeyMode {
    /** For production. */
    @JsonProperty("live")
    LIVE,
    /** For tests. Such a key shows in its prefix. */
    @JsonProperty("test")
    TEST,
    /** Stands for a word of a newer server, which this release does not know. */
    @JsonProperty("unknown")
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** Returns the word of the wire, such as {@code live}. */
    public String wireName() {
        return wireName;
    }
}
