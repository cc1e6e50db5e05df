package dev.plinth.engine.log;

/** The fate of a batch. After a batch that is not durable, no later batch of the same reign is durable. */
public enum Fate {
    /** The batch survives every failure that the log is made to survive. */
    DURABLE,

    /** The batch is not in the log and never will be, because the reign has ended. */
    FENCED,

    /** The batch may or may not be in the log. {@link SharedLog#resolve} may find out. */
    UNKNOWN
}
