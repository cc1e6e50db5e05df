package dev.plinth.engine.internal.base;

import java.nio.charset.StandardCharsets;

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
        byte[] digest = Bytes.sha256(owner.key(), word.getBytes(StandardCharsets.UTF_8));
        return new SetKey(kind, Bytes.getLong(digest, 0), Bytes.getLong(digest, 8));
    }

    /** The set of a kind that belongs to two ids, such as a workspace's jobs on one resource. */
    public static SetKey of(int kind, Id owner, Id about) {
        byte[] digest = Bytes.sha256(owner.key(), about.key());
        return new SetKey(kind, Bytes.getLong(digest, 0), Bytes.getLong(digest, 8));
    }

    /** The set of a kind that belongs to the engine and a number, such as the work due at one millisecond. */
    public static SetKey of(int kind, long number) {
        return new SetKey(kind, 0, number);
    }
}
