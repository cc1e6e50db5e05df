package dev.plinth.engine.api;

/** Where ids and secrets get their bits from. Thread-safe. */
public interface IdSource {
    /**
     * The next id of a kind. The top 48 bits are the time, so that ids sort by creation time; ids of one kind asked for in
     * order at one millisecond ascend.
     *
     * @param kind the id's prefix, such as {@code res}
     * @param epochMillis the time that goes into the id
     */
    Bits next(String kind, long epochMillis);

    /** Fills the array with bits that nobody can guess (unless the source is seeded on purpose). */
    void fillSecret(byte[] target);

    /**
     * The 128 bits of an id.
     *
     * @param high the upper half: 48 bits of time, then 16 bits
     * @param low the lower half
     */
    record Bits(long high, long low) {}
}
