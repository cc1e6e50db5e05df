package dev.plinth.engine.internal.webhook.send;

import java.util.Base64;

/**
 * The only place that converts a signing key into its {@code whsec_} text and back. The classic mistake is to sign with
 * the text itself instead of the bytes that it encodes (Standard Webhooks 1.0.0, "Signature scheme").
 */
public final class WebhookSecret {
    /** Bytes of a key that the engine makes. */
    public static final int KEY_BYTES = 32;
    /** Bytes of a key by the standard, for keys that were made elsewhere. */
    private static final int KEY_BYTES_MIN = 24;

    private static final int KEY_BYTES_MAX = 64;
    private static final String PREFIX = "whsec_";

    private WebhookSecret() {}

    /** Returns the text of a key, {@code whsec_} and padded base64. */
    public static String text(byte[] key) {
        checkLength(key.length);
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    /**
     * Returns the key of a text.
     *
     * @throws IllegalArgumentException if it is no such text; the message never repeats it
     */
    public static byte[] key(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("A webhook secret must begin with " + PREFIX + ", and this text of "
                    + text.length() + " characters does not. Pass the secret as it was shown.");
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException notBase64) {
            // The cause is dropped, because its message quotes the secret.
            throw new IllegalArgumentException("A webhook secret must be base64 after " + PREFIX
                    + ", and this one has other characters. Pass the secret as it was shown.");
        }
        checkLength(key.length);
        return key;
    }

    private static void checkLength(int length) {
        if (length < KEY_BYTES_MIN || length > KEY_BYTES_MAX) {
            throw new IllegalArgumentException("The key must have " + KEY_BYTES_MIN + " to " + KEY_BYTES_MAX
                    + " bytes, got " + length + ". Make one of " + KEY_BYTES + " random bytes.");
        }
    }
}
