package dev.plinth.engine.internal.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Numbers in byte arrays, big-endian, so that the order of keys is the order of numbers; and the one digest in use. */
public final class Bytes {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** One per thread, because looking the algorithm up costs more than digesting what the engine digests. */
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(Bytes::newSha256);

    /** Bytes of a digest. */
    static final int SHA_256_BYTES = 32;

    private Bytes() {}

    /** The eight bytes at an offset as a number. */
    public static long getLong(byte[] bytes, int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    /** Puts a number into the eight bytes at an offset. */
    public static void putLong(byte[] bytes, int offset, long value) {
        LONGS.set(bytes, offset, value);
    }

    /** SHA-256 (FIPS 180-4), 32 bytes. */
    public static byte[] sha256(byte[]... parts) {
        MessageDigest digest = SHA_256.get();
        digest.reset();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }

    /** SHA-256 of the first bytes of a buffer, put in their place; the buffer has to have 32 bytes at least. */
    static void sha256(byte[] buffer, int length) {
        MessageDigest digest = SHA_256.get();
        digest.reset();
        digest.update(buffer, 0, length);
        try {
            digest.digest(buffer, 0, SHA_256_BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("Expected a buffer of 32 bytes at least, but got " + buffer.length, e);
        }
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected SHA-256 in this JVM, as every Java platform must have it", e);
        }
    }
}
