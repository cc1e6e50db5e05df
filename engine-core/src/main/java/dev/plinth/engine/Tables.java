package dev.plinth.engine;

/** Where the rows of an engine live. */
public enum Tables {
    /** On the heap, without an object for each row: no JVM flags, open in milliseconds. */
    HEAP,
    /** Off the heap: millions of rows at a flat heap; the JVM needs flags, and opening says which one is missing. */
    OFF_HEAP,
    /** Off the heap in maps of the Chronicle Map library; the JVM needs the same flags. */
    CHRONICLE
}
