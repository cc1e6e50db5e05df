package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.decision.Context;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The secret of an API key: a prefix, 30 random characters and a checksum. The checksum refuses most mistyped secrets
 * without a look-up.
 */
final class ApiSecret {
    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_CHARS = 30;
    private static final int CHECKSUM_CHARS = 6;
    private static final int PREFIX_CHARS = 8;
    private static final int CHARS = PREFIX_CHARS + RANDOM_CHARS + CHECKSUM_CHARS;
    private static final int UNBIASED_BELOW = 248; // the largest multiple of 62 that a byte holds

    private final String text;

    private ApiSecret(String text) {
        this.text = text;
    }

    /** Makes a new secret. */
    static ApiSecret create(Context context, boolean restricted, boolean live) {
        StringBuilder random = new StringBuilder(RANDOM_CHARS);
        while (random.length() < RANDOM_CHARS) {
            for (byte b : context.newSecret(RANDOM_CHARS)) {
                int value = b & 0xFF;
                if (value < UNBIASED_BELOW && random.length() < RANDOM_CHARS) {
                    random.append(BASE62.charAt(value % BASE62.length()));
                }
            }
        }
        String body = random.toString();
        return new ApiSecret((restricted ? "rk_" : "sk_") + (live ? "live_" : "test_") + body + checksum(body));
    }

    /** Returns true if a text has the form of a secret and its checksum is right. */
    static boolean isWellFormed(String text) {
        if (text.length() != CHARS || !(text.startsWith("sk_") || text.startsWith("rk_"))) {
            return false;
        }
        if (!text.startsWith("live_", 3) && !text.startsWith("test_", 3)) {
            return false;
        }
        for (int i = PREFIX_CHARS; i < CHARS; i++) {
            char c = text.charAt(i);
            boolean known = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            if (!known) {
                return false;
            }
        }
        String body = text.substring(PREFIX_CHARS, PREFIX_CHARS + RANDOM_CHARS);
        return text.endsWith(checksum(body));
    }

    static byte[] digest(String text) {
        return Bytes.sha256(text.getBytes(StandardCharsets.US_ASCII));
    }

    byte[] digest() {
        return digest(text);
    }

    /** Returns the secret itself, to be shown once. */
    String reveal() {
        return text;
    }

    /** Returns the kind of key, without a character of the secret. */
    String prefix() {
        return text.substring(0, PREFIX_CHARS);
    }

    String lastFour() {
        return text.substring(CHARS - 4);
    }

    private static String checksum(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        char[] digits = new char[CHECKSUM_CHARS];
        long rest = crc.getValue();
        for (int i = CHECKSUM_CHARS - 1; i >= 0; i--) {
            digits[i] = BASE62.charAt((int) (rest % BASE62.length()));
            rest /= BASE62.length();
        }
        return new String(digits);
    }

    @Override
    public String toString() {
        return prefix() + "…" + lastFour();
    }
}
