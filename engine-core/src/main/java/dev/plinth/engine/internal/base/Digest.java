package dev.plinth.engine.internal.base;

/** Puts together what is to be digested with SHA-256 (FIPS 180-4). Not thread-safe; one object, one digest. */
public final class Digest extends ScratchBuffer {
    /** Nothing yet. */
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

    /** Adds a zero byte: what stands before it is not read as a part of what comes behind. */
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

    /** Adds what another one has rendered. */
    public Digest rendered(ScratchBuffer other) {
        move(other);
        return this;
    }

    /** The digest, 32 bytes. */
    public byte[] bytes() {
        Bytes.sha256(bytes, size);
        size = Bytes.SHA_256_BYTES;
        return finish();
    }

    /** The key of a row inside what an id names: the id, and behind it the first half of the digest. */
    public byte[] keyIn(Id outer) {
        Bytes.sha256(bytes, size);
        byte[] key = new byte[2 * Id.BYTES];
        outer.write(key, 0);
        System.arraycopy(bytes, 0, key, Id.BYTES, Id.BYTES);
        release();
        return key;
    }

    /** The set of a kind that the first half of the digest names. */
    SetKey set(int kind) {
        Bytes.sha256(bytes, size);
        SetKey key = new SetKey(kind, Bytes.getLong(bytes, 0), Bytes.getLong(bytes, Long.BYTES));
        release();
        return key;
    }
}
