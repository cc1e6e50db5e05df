package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;

/**
 * Names one ordered set of numbers.
 *
 * @param kind the kind of set, 1–127
 * @param high upper half of the set's owner
 * @param low lower half of the set's owner
 */
public record SetKey(int kind, long high, long low) {
    /** Returns the set of a kind that belongs to an id. */
    public static SetKey of(int kind, Id owner) {
        return new SetKey(kind, owner.high(), owner.low());
    }

    /** Returns the set of a kind that belongs to the id at an offset of a key or row. */
    public static SetKey at(int kind, byte[] bytes, int ownerAt) {
        return new SetKey(kind, Bytes.getLong(bytes, ownerAt), Bytes.getLong(bytes, ownerAt + Long.BYTES));
    }

    /** Returns the set of a kind that belongs to the ids at two offsets of a row. */
    public static SetKey at(int kind, byte[] row, int ownerAt, int aboutAt) {
        return new Digest()
                .bytes(row, ownerAt, Id.BYTES)
                .bytes(row, aboutAt, Id.BYTES)
                .set(kind);
    }

    /** Returns the set of a kind that belongs to an id and a word, such as a workspace's jobs of one type. */
    public static SetKey of(int kind, Id owner, String word) {
        return new Digest().id(owner).text(word).set(kind);
    }

    /** Returns the set of a kind that belongs to two ids, such as a workspace's jobs on one resource. */
    public static SetKey of(int kind, Id owner, Id about) {
        return new Digest().id(owner).id(about).set(kind);
    }

    /** Returns the set of a kind that belongs to the engine and a number, such as the work due at one millisecond. */
    public static SetKey of(int kind, long number) {
        return new SetKey(kind, 0, number);
    }
}
