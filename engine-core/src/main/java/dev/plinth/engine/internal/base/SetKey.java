package dev.plinth.engine.internal.base;

/**
 * Names one ordered set of numbers.
 *
 * @param kind which kind of set, 1–127
 * @param high upper half of what the set belongs to
 * @param low lower half of what the set belongs to
 */
public record SetKey(int kind, long high, long low) {
    /** The set of a kind that belongs to an id. */
    public static SetKey of(int kind, Id owner) {
        return new SetKey(kind, owner.high(), owner.low());
    }

    /** The set of a kind that belongs to an id and a word, such as a workspace's jobs of one type. */
    public static SetKey of(int kind, Id owner, String word) {
        return new Digest().id(owner).text(word).set(kind);
    }

    /** The set of a kind that belongs to two ids, such as a workspace's jobs on one resource. */
    public static SetKey of(int kind, Id owner, Id about) {
        return new Digest().id(owner).id(about).set(kind);
    }

    /** The set of a kind that belongs to the engine and a number, such as the work due at one millisecond. */
    public static SetKey of(int kind, long number) {
        return new SetKey(kind, 0, number);
    }
}
