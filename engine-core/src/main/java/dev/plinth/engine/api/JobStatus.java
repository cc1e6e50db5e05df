package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The states of a job; the last three are final. */
public enum JobStatus {
    /** To run later. */
    @JsonProperty("scheduled")
    SCHEDULED,
    /** To run as soon as somebody is free. */
    @JsonProperty("queued")
    QUEUED,
    /** Being done. */
    @JsonProperty("running")
    RUNNING,
    /** Done, with its result. */
    @JsonProperty("succeeded")
    SUCCEEDED,
    /** Given up, with its error. */
    @JsonProperty("failed")
    FAILED,
    /** Ended because somebody asked for it. */
    @JsonProperty("canceled")
    CANCELED;

    /** True for the last three. */
    public boolean isFinal() {
        return ordinal() >= SUCCEEDED.ordinal();
    }
}
