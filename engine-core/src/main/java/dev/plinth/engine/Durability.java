package dev.plinth.engine;

/** How much of what was acknowledged survives what. */
public enum Durability {
    /** Acknowledged after the disk has it: survives a power cut. */
    FSYNC,
    /** Acknowledged after the operating system has it: survives the death of the process, not a power cut. */
    OS
}
