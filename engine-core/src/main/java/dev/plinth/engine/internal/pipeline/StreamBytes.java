package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Limits;

/**
 * The bytes that a stream has sent so far. Immutable.
 *
 * @param sent their number
 * @param cost the rate-limit units that the last part took; the opening pays for the first {@link Limits#UNIT_BYTES}
 */
public record StreamBytes(long sent, int cost) {
    /** A stream that has sent nothing. */
    public static final StreamBytes NONE = new StreamBytes(0, 0);

    /** Returns the bytes with those of a further part. */
    public StreamBytes plus(int part) {
        long next = sent + part;
        return new StreamBytes(next, (int) (units(next) - units(sent)));
    }

    /** Returns the units of so many bytes, one for each started {@link Limits#UNIT_BYTES}, and at least one. */
    static long units(long bytes) {
        return bytes <= Limits.UNIT_BYTES ? 1 : (bytes + Limits.UNIT_BYTES - 1) / Limits.UNIT_BYTES;
    }
}
