package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.ScratchBuffer;

/** Collects bytes and digests them with SHA-256 (FIPS 180-4). Not thread-safe; one object, one digest. */
public final class Digest extends ScratchBuffer {
    private static final byte[] NONE = {};

    /** Begins with no bytes. */
    public Digest() {}

    /** Adds the 16 bytes of an id. */
    public Digest id(Id id) {
        reserve(Id.BYTES);
        id.write(bytes, size);
        size += Id.BYTES;
        return this;
    }

    /** Adds text in UTF-8. */
    public Digest text(String text) {
        utf8(text);
        return this;
    }

    /** Adds a zero byte, which separates the bytes before it from those after it. */
    public Digest end() {
        reserve(1);
        bytes[size++] = 0;
        return this;
    }

    /** Adds bytes. */
    public Digest bytes(byte[] source, int from, int length) {
        reserve(length);
        System.arraycopy(source, from, bytes, size, length);
        size += length;
        return this;
    }

    /** Adds the rendered bytes of another buffer. */
    public Digest rendered(ScratchBuffer other) {
        move(other);
        return this;
    }

    /** Writes the first half of the digest of these bytes and more, 16 bytes. The others are not copied. */
    public void firstHalf(byte[] more, byte[] target, int at) {
        Bytes.sha256(bytes, size, more);
        System.arraycopy(bytes, 0, target, at, Id.BYTES);
        release();
    }

    /** Returns the key of a row inside an outer id: the id, then the first half of the digest. */
    public byte[] keyIn(Id outer) {
        Bytes.sha256(bytes, size, NONE);
        byte[] key = new byte[2 * Id.BYTES];
        outer.write(key, 0);
        System.arraycopy(bytes, 0, key, Id.BYTES, Id.BYTES);
        release();
        return key;
    }

    /** Returns the set of a kind that the first half of the digest names. */
    SetKey set(int kind) {
        Bytes.sha256(bytes, size, NONE);
        SetKey key = new SetKey(kind, Bytes.getLong(bytes, 0), Bytes.getLong(bytes, Long.BYTES));
        release();
        return key;
    }
}
