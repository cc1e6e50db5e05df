package dev.plinth.engine.log;

import java.util.Objects;

/**
 * Some consecutive records of the engine, which are in the log together or not at all. A log stores the bytes as they
 * are and does not look into them.
 *
 * <p>The bytes must not be changed, because neither side copies them.
 *
 * @param first the position of its first record, 1 or higher
 * @param last the position of its last record, {@code first} or higher
 * @param epoch the number of the reign that appended it
 * @param crcBefore CRC-32C of the record before the first one; 0 before record 1
 * @param crc CRC-32C of the last record
 * @param frame the records, at most {@link #BYTES_MAX} bytes
 */
public record Batch(long first, long last, long epoch, int crcBefore, int crc, byte[] frame) {
    /** The most bytes of a batch, which has room for the largest record. */
    public static final int BYTES_MAX = 8 * 1024 * 1024;

    /** Refuses null. Checks positions and length. */
    public Batch {
        Objects.requireNonNull(frame, "frame must not be null.");
        if (first < 1 || last < first) {
            throw new IllegalArgumentException("A batch must have records from position 1 on, got " + first + " to "
                    + last + ". Read it from the log again.");
        }
        if (frame.length > BYTES_MAX) {
            throw new IllegalArgumentException("A batch must have at most " + BYTES_MAX + " bytes, got " + frame.length
                    + ". Split it into several.");
        }
    }

    /** Returns positions and epoch. Leaves the bytes out. */
    @Override
    public String toString() {
        return "batch " + first + " to " + last + " of epoch " + epoch;
    }
}
