package dev.plinth.engine.settings;

/** The memory in which an engine keeps its rows. */
public enum Tables {
    /** The heap, without an object for each row. It needs no JVM flags and opens in milliseconds. */
    HEAP,
    /**
     * Memory off the heap, for millions of rows with a small heap. The JVM needs flags; opening names the missing one.
     */
    OFF_HEAP,
    /** Maps of the Chronicle Map library off the heap. The JVM needs the same flags. */
    CHRONICLE
}
