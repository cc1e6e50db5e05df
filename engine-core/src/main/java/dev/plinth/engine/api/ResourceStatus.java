package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The status of a resource. */
public enum ResourceStatus {
    // Rows of resources have the ordinals. So a new status goes behind the others, before UNKNOWN.
    /** In use. */
    @JsonProperty("active")
    ACTIVE,
    /** Can be read and changed, but runs no operation. */
    @JsonProperty("paused")
    PAUSED,
    /** Can only be read, deleted or unarchived. */
    @JsonProperty("archived")
    ARCHIVED,
    /** Stands for a word of a newer server, which this release does not know. */
    @JsonProperty("unknown")
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** Returns the word of the wire, such as {@code active}. */
    public String wireName() {
        return wireName;
    }
}
