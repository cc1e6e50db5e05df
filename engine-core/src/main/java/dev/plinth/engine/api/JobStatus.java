package dev.plinth.engine.api;

/** The states of a job; the last three are final. */
public enum JobStatus {
    /** To run later. */
    SCHEDULED,
    /** To run as soon as somebody is free. */
    QUEUED,
    /** Being done. */
    RUNNING,
    /** Done, with its result. */
    SUCCEEDED,
    /** Given up, with its error. */
    FAILED,
    /** Ended because somebody asked for it. */
    CANCELED;

    /** True for the last three. */
    public boolean isFinal() {
        return ordinal() >= SUCCEEDED.ordinal();
    }
}
