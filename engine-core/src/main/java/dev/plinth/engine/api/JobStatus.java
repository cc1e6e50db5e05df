package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The states of a job. */
public enum JobStatus {
    // Rows of jobs have the ordinals, and the states from SUCCEEDED on are final. So no state moves, and none comes
    // between.
    /** Waits for its time. */
    @JsonProperty("scheduled")
    SCHEDULED,
    /** Waits for a free handler or worker. */
    @JsonProperty("queued")
    QUEUED,
    /** Runs now. */
    @JsonProperty("running")
    RUNNING,
    /** Ended well, with its result. */
    @JsonProperty("succeeded")
    SUCCEEDED,
    /** Failed for good, with its error. */
    @JsonProperty("failed")
    FAILED,
    /** Ended by a request to cancel it. */
    @JsonProperty("canceled")
    CANCELED,
    /** Stands for a word of a newer server, which this release does not know. */
    @JsonProperty("unknown")
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** Returns the word of the wire, such as {@code scheduled}. */
    public String wireName() {
        return wireName;
    }

    /** Returns true for a job that has ended. */
    public boolean isFinal() {
        return ordinal() >= SUCCEEDED.ordinal() && this != UNKNOWN;
    }
}
