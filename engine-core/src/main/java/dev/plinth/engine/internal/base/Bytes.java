package dev.plinth.engine.internal.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Reads and writes numbers in byte arrays, big-endian, so that the order of keys is the order of numbers. Also computes
 * the only digest in use.
 */
public final class Bytes {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** A digest for each thread, because to look the algorithm up costs more than the digest itself. */
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(Bytes::newSha256);

    /** Length of a digest in bytes. */
    static final int SHA_256_BYTES = 32;

    private Bytes() {}

    /** Returns the eight bytes at an offset as a number. */
    public static long getLong(byte[] bytes, int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    /** Puts a number into the eight bytes at an offset. */
    public static void putLong(byte[] bytes, int offset, long value) {
        LONGS.set(bytes, offset, value);
    }

    /** Returns the SHA-256 digest (FIPS 180-4), 32 bytes. */
    public static byte[] sha256(byte[]... parts) {
        MessageDigest digest = SHA_256.get();
        digest.reset();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }

    /** Replaces the first bytes of a buffer by the SHA-256 digest of its bytes and more. The buffer must have at least 32 bytes. */
    public static void sha256(byte[] buffer, int length, byte[] more) {
        MessageDigest digest = SHA_256.get();
        digest.reset();
        digest.update(buffer, 0, length);
        digest.update(more);
        try {
            digest.digest(buffer, 0, SHA_256_BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("Expected a buffer of 32 bytes at least, but got " + buffer.length, e);
        }
    }

    /** Returns a new digest SHA-256, for bytes that come in parts. */
    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected SHA-256 in this JVM, as every Java platform must have it", e);
        }
    }
}
