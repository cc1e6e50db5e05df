package dev.plinth.engine.settings;

/** The failures that an acknowledged change survives. */
public enum Durability {
    /** Acknowledges a change once the disk has it. It survives a power cut. */
    FSYNC,
    /**
     * Acknowledges a change once the operating system has it. It survives the death of the process, not a power cut.
     */
    OS
}
