package dev.plinth.engine.settings;

/**
 * The source of the bits of ids and secrets. It never gives the same id of a kind or the same secret twice. That holds
 * beyond the opening of the engine, for as long as its rows are kept. The engine refuses a change whose new id or secret another row has, and
 * {@code GET /health/ready} says so. Thread-safe.
 */
public interface IdSource {
    /**
     * Returns the next id of a kind. The top 48 bits are the time, so ids sort by creation time. Ids of one kind ascend
     * within a millisecond in the order in which they are made.
     *
     * @param kind the id's prefix, such as {@code res}
     * @param epochMillis the time that goes into the id
     */
    Bits next(String kind, long epochMillis);

    /** Fills the array with bits that are impossible to guess, unless the source is seeded on purpose. */
    void fillSecret(byte[] target);

    /**
     * The 128 bits of an id.
     *
     * @param high the upper half: 48 bits of time, then 16 bits
     * @param low the lower half
     */
    record Bits(long high, long low) {}
}
