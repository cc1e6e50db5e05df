package dev.plinth.engine.api;

/** The status of a resource. */
public enum ResourceStatus {
    /** In use. */
    ACTIVE,
    /** Readable and writable, but no operation runs on it. */
    PAUSED,
    /** Readable only, and may be deleted. */
    ARCHIVED
}
