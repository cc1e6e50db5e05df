package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The status of a resource. */
public enum ResourceStatus {
    /** In use. */
    @JsonProperty("active")
    ACTIVE,
    /** Readable and writable, but no operation runs on it. */
    @JsonProperty("paused")
    PAUSED,
    /** Readable only, and may be deleted. */
    @JsonProperty("archived")
    ARCHIVED
}
