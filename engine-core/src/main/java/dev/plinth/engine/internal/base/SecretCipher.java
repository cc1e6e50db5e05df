package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.IdSource;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts secrets at rest with AES-256-GCM (NIST SP 800-38D), bound to their owner: a value that is moved to another
 * owner does not decrypt. Thread-safe.
 */
public final class SecretCipher {
    /** Length of the operator's key in bytes. */
    public static final int KEY_BYTES = 32;

    /** Length of a block of {@link #encipher} in bytes. */
    public static final int BLOCK_BYTES = 16;

    private static final byte[] BLOCKS = "plinth blocks".getBytes(StandardCharsets.US_ASCII);
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final SecretKeySpec blockKey;
    private final IdSource random;

    /** Makes a cipher with this key of 32 bytes. */
    public SecretCipher(byte[] key, IdSource random) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("The key must have " + KEY_BYTES + " bytes, got " + key.length
                    + ". Make one with: head -c 32 /dev/urandom.");
        }
        this.key = new SecretKeySpec(key, "AES");
        this.blockKey = new SecretKeySpec(Bytes.sha256(BLOCKS, key), "AES");
        this.random = random;
    }

    /** Encrypts a secret. The result has the nonce, then the ciphertext and the tag. */
    public byte[] seal(byte[] secret, byte[] owner) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.fillSecret(nonce);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, nonce, secret, owner);
        byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
        return all;
    }

    /**
     * Decrypts a secret.
     *
     * @throws IllegalStateException if it was encrypted with another key or for another owner
     */
    public byte[] open(byte[] sealed, byte[] owner) {
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        return run(Cipher.DECRYPT_MODE, nonce, Arrays.copyOfRange(sealed, NONCE_BYTES, sealed.length), owner);
    }

    /** Encrypts one block, always to the same bytes, under a key that is derived from the cipher's key. */
    public byte[] encipher(byte[] block) {
        return block(Cipher.ENCRYPT_MODE, block);
    }

    /** Decrypts a block of {@link #encipher}. Other bytes give bytes that look random. */
    public byte[] decipher(byte[] block) {
        return block(Cipher.DECRYPT_MODE, block);
    }

    private byte[] block(int mode, byte[] block) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding"); // one block only, so no mode is needed
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
