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
        byte[] text = word.getBytes(StandardCharsets.UTF_8);
        int length = Id.BYTES + text.length;
        byte[] buffer = Scratch.take();
        if (length > buffer.length) {
            buffer = new byte[length];
        }
        owner.write(buffer, 0);
        System.arraycopy(text, 0, buffer, Id.BYTES, text.length);
        return digested(kind, buffer, length);
    }

    /** The set of a kind that belongs to two ids, such as a workspace's jobs on one resource. */
    public static SetKey of(int kind, Id owner, Id about) {
        byte[] buffer = Scratch.take();
        owner.write(buffer, 0);
        about.write(buffer, Id.BYTES);
        return digested(kind, buffer, 2 * Id.BYTES);
    }

    private static SetKey digested(int kind, byte[] buffer, int length) {
        Bytes.sha256(buffer, length);
        SetKey key = new SetKey(kind, Bytes.getLong(buffer, 0), Bytes.getLong(buffer, 8));
        Scratch.giveBack(buffer);
        return key;
    }

    /** The set of a kind that belongs to the engine and a number, such as the work due at one millisecond. */
    public static SetKey of(int kind, long number) {
        return new SetKey(kind, 0, number);
    }
}
