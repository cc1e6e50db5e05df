package dev.plinth.engine.settings;

/**
 * The most that a workspace may have of a table. Immutable.
 *
 * @param rows rows, 0 or more
 * @param bytes bytes of their keys and rows, 0 or more
 */
public record TableShare(long rows, long bytes) {
    /** Checks the ranges. */
    public TableShare {
        if (rows < 0 || bytes < 0) {
            throw new IllegalArgumentException(
                    "rows and bytes of a share must be 0 or more, got " + rows + " rows and " + bytes + " bytes.");
        }
    }
}
