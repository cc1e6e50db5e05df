package dev.plinth.engine.internal.base;

import dev.plinth.engine.settings.IdSource;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts secrets at rest with AES-256-GCM (NIST SP 800-38D), bound to their owner: a value that is moved to another
 * owner does not decrypt. It has one key that seals, and may have others that only open (decision 081). A sealed value
 * names its key; one of an older release does not. Thread-safe.
 */
public final class SecretCipher {
    /** Length of the operator's key in bytes. */
    public static final int KEY_BYTES = 32;

    /** Length of a block of {@link #encipher} in bytes. */
    public static final int BLOCK_BYTES = 16;

    /** The key id of a value that names none. */
    public static final long NO_KEY_ID = 0;

    private static final byte[] NAMED = {'p', 'k', 'i', 1};
    private static final int HEAD_BYTES = NAMED.length + Long.BYTES;
    private static final byte[] KEY_IDS = "plinth key id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BLOCKS = "plinth blocks".getBytes(StandardCharsets.US_ASCII);
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final IdSource random;
    /** The key that seals, then those that only open. */
    private volatile List<Key> keys;

    /**
     * A key.
     *
     * @param id follows from the key, and tells nothing of it
     * @param ofBlocks a key that is derived from it
     */
    private record Key(long id, SecretKeySpec ofSecrets, SecretKeySpec ofBlocks) {
        static Key of(byte[] key) {
            if (key.length != KEY_BYTES) {
                throw new IllegalArgumentException("The key must have " + KEY_BYTES + " bytes, got " + key.length
                        + ". Make one with: head -c 32 /dev/urandom.");
            }
            long id = Bytes.getLong(Bytes.sha256(KEY_IDS, key), 0);
            return new Key(
                    id == NO_KEY_ID ? 1 : id,
                    new SecretKeySpec(key, "AES"),
                    new SecretKeySpec(Bytes.sha256(BLOCKS, key), "AES"));
        }
    }

    /** Makes a cipher with this key of 32 bytes. */
    public SecretCipher(byte[] key, IdSource random) {
        this(List.of(key), random);
    }

    /**
     * Makes a cipher with several keys of 32 bytes.
     *
     * @param keys the key that seals, then those that only open
     */
    public SecretCipher(List<byte[]> keys, IdSource random) {
        this.keys = keys.stream().map(Key::of).toList();
        this.random = random;
    }

    /** Takes the keys of another cipher in place of its own. */
    public void takeKeys(SecretCipher other) {
        keys = other.keys;
    }

    /** Returns true if another cipher has the same keys in the same order. */
    public boolean hasKeysOf(SecretCipher other) {
        return keys.stream()
                .map(Key::id)
                .toList()
                .equals(other.keys.stream().map(Key::id).toList());
    }

    /** Returns the id of the key that seals. */
    public long keyId() {
        return keys.get(0).id();
    }

    /** Returns the ids of the keys that only open. */
    public List<Long> otherKeyIds() {
        return keys.stream().skip(1).map(Key::id).filter(id -> id != keyId()).toList();
    }

    /** Returns the id of the key that has sealed a value, or {@link #NO_KEY_ID} if the value does not name it. */
    public static long keyIdOf(byte[] sealed) {
        return keyIdAt(sealed, 0, sealed.length);
    }

    /** Returns the same of a value inside other bytes. */
    public static long keyIdAt(byte[] bytes, int offset, int length) {
        return length >= HEAD_BYTES && Arrays.equals(bytes, offset, offset + NAMED.length, NAMED, 0, NAMED.length)
                ? Bytes.getLong(bytes, offset + NAMED.length)
                : NO_KEY_ID;
    }

    /** Returns true if the key that seals has sealed this value, and it opens for its owner. */
    public boolean isSealedByFirst(byte[] sealed, byte[] owner) {
        Key first = keys.get(0);
        return opened(first, sealed, owner, keyIdOf(sealed) == first.id() ? HEAD_BYTES : 0) != null;
    }

    /** Encrypts a secret. The result has a mark and the id of the key, the nonce, then the ciphertext and the tag. */
    public byte[] seal(byte[] secret, byte[] owner) {
        Key key = keys.get(0);
        byte[] all = sealed(key, secret, owner, HEAD_BYTES);
        System.arraycopy(NAMED, 0, all, 0, NAMED.length);
        Bytes.putLong(all, NAMED.length, key.id());
        return all;
    }

    /** Encrypts a secret likewise, without the id of the key, for a file that has one key. */
    public byte[] sealUnnamed(byte[] secret, byte[] owner) {
        return sealed(keys.get(0), secret, owner, 0);
    }

    private byte[] sealed(Key key, byte[] secret, byte[] owner, int headBytes) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.fillSecret(nonce);
        byte[] sealed;
        try {
            sealed = run(key, Cipher.ENCRYPT_MODE, nonce, secret, owner);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected AES-GCM of every JDK, but got none", e);
        }
        byte[] all = new byte[headBytes + NONCE_BYTES + sealed.length];
        System.arraycopy(nonce, 0, all, headBytes, NONCE_BYTES);
        System.arraycopy(sealed, 0, all, headBytes + NONCE_BYTES, sealed.length);
        return all;
    }

    /**
     * Decrypts a secret with the key that it names, or with any key if it names none.
     *
     * @throws IllegalStateException if it was encrypted with another key or for another owner
     */
    public byte[] open(byte[] sealed, byte[] owner) {
        long id = keyIdOf(sealed);
        for (Key key : keys) {
            byte[] secret = key.id() == id ? opened(key, sealed, owner, HEAD_BYTES) : null;
            if (secret != null) {
                return secret;
            }
        }
        for (Key key : keys) {
            byte[] secret = opened(key, sealed, owner, 0); // the random start of an unnamed one may look like a name
            if (secret != null) {
                return secret;
            }
        }
        throw new IllegalStateException(
                "Expected a secret sealed with a key of this engine, but it does not open; was the key file changed?");
    }

    private static byte @Nullable [] opened(Key key, byte[] sealed, byte[] owner, int headBytes) {
        int from = headBytes + NONCE_BYTES;
        if (sealed.length < from) {
            return null;
        }
        try {
            return run(
                    key,
                    Cipher.DECRYPT_MODE,
                    Arrays.copyOfRange(sealed, headBytes, from),
                    Arrays.copyOfRange(sealed, from, sealed.length),
                    owner);
        } catch (GeneralSecurityException otherKeyOrOwner) {
            return null;
        }
    }

    /** Encrypts one block, always to the same bytes, under a key that is derived from the cipher's key. */
    public byte[] encipher(byte[] block) {
        return block(keys.get(0), Cipher.ENCRYPT_MODE, block);
    }

    /** Decrypts a block of {@link #encipher} with each key. A wrong key gives bytes that look random. */
    public List<byte[]> decipher(byte[] block) {
        List<Key> all = keys;
        return all.size() == 1
                ? List.of(block(all.get(0), Cipher.DECRYPT_MODE, block))
                : all.stream()
                        .map(key -> block(key, Cipher.DECRYPT_MODE, block))
                        .toList();
    }

    private static byte[] block(Key key, int mode, byte[] block) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding"); // one block only, so no mode is needed
            cipher.init(mode, key.ofBlocks());
            return cipher.doFinal(block);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected AES for a block of " + BLOCK_BYTES + " bytes, but got none", e);
        }
    }

    private static byte[] run(Key key, int mode, byte[] nonce, byte[] input, byte[] owner)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.ofSecrets(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(owner);
        return cipher.doFinal(input);
    }
}
