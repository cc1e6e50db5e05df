package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The right of another workspace to a shared resource. */
public enum Role {
    /** It reads the resource, its children, its jobs and its events. */
    @JsonProperty("reader")
    READER,
    /** It also changes the resource and its children, and runs operations. */
    @JsonProperty("editor")
    EDITOR,
    /** Stands for a word of a newer server, which this release does not know. */
    @JsonProperty("unknown")
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** Returns the word of the wire, such as {@code reader}. */
    public String wireName() {
        return wireName;
    }
}
