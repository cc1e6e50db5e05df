package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.IdSource;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets at rest with AES-256-GCM (NIST SP 800-38D), bound to what they belong to: a sealed value moved to another
 * owner does not open. Thread-safe.
 */
public final class SecretCipher {
    /** Length of the operator's key. */
    public static final int KEY_BYTES = 32;

    /** Length of what {@link #encipher} takes. */
    public static final int BLOCK_BYTES = 16;

    private static final byte[] BLOCKS = "plinth blocks".getBytes(StandardCharsets.US_ASCII);
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final SecretKeySpec blockKey;
    private final IdSource random;

    /** A seal with this key of 32 bytes. */
    public SecretCipher(byte[] key, IdSource random) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("Expected a key of " + KEY_BYTES + " bytes, but got " + key.length
                    + "; make one with: head -c 32 /dev/urandom");
        }
        this.key = new SecretKeySpec(key, "AES");
        this.blockKey = new SecretKeySpec(Bytes.sha256(BLOCKS, key), "AES");
        this.random = random;
    }

    /** The sealed form of a secret: nonce, then ciphertext and tag. */
    public byte[] seal(byte[] secret, byte[] owner) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.fillSecret(nonce);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, nonce, secret, owner);
        byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
        return all;
    }

    /**
     * The secret again.
     *
     * @throws IllegalStateException if it was sealed with another key or for another owner
     */
    public byte[] open(byte[] sealed, byte[] owner) {
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        return run(Cipher.DECRYPT_MODE, nonce, Arrays.copyOfRange(sealed, NONCE_BYTES, sealed.length), owner);
    }

    /** Returns one block enciphered, always to the same bytes, under a key that is derived from that of the seal. */
    public byte[] encipher(byte[] block) {
        return block(Cipher.ENCRYPT_MODE, block);
    }

    /** Returns the block that {@link #encipher} made these bytes of; of others, bytes that look like chance. */
    public byte[] decipher(byte[] block) {
        return block(Cipher.DECRYPT_MODE, block);
    }

    private byte[] block(int mode, byte[] block) {
        try {
            Cipher cipher =
                    Cipher.getInstance("AES/ECB/NoPadding"); // a block cipher as such: there is only ever one block
            cipher.init(mode, blockKey);
            return cipher.doFinal(block);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected AES for a block of " + BLOCK_BYTES + " bytes, but got none", e);
        }
    }

    private byte[] run(int mode, byte[] nonce, byte[] input, byte[] owner) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(owner);
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "Expected a secret sealed with this engine's key, but it does not open; was the key file changed?",
                    e);
        }
    }
}
