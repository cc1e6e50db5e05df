package dev.plinth.engine.internal.list;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.SecretCipher;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes and reads the cursors of one list with one filter for one workspace: a number and a tag, encrypted, in
 * base64url. Thread-safe.
 *
 * <p>The number counts the changes of all workspaces, so it must stay secret. The tag is over workspace, list and
 * filter. It exposes a cursor that was cut, made up, or given out for another list or workspace.
 */
public final class Cursors {
    /** Means "not a cursor of this list". */
    public static final long INVALID = -1;

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final SecretCipher cipher;
    private final Id workspace;
    private final String filter;

    /**
     * Makes the cursors of a list.
     *
     * @param cipher encrypts them
     * @param workspace the caller's workspace
     * @param filter names the list and its filters
     */
    public Cursors(SecretCipher cipher, Id workspace, String filter) {
        this.cipher = cipher;
        this.workspace = workspace;
        this.filter = filter;
    }

    /** Returns the cursor of the page that starts next to a number. */
    public String write(long number) {
        byte[] block = new byte[SecretCipher.BLOCK_BYTES];
        Bytes.putLong(block, 0, number);
        Bytes.putLong(block, Long.BYTES, tag(number));
        return ENCODER.encodeToString(cipher.encipher(block));
    }

    /** Returns the number in a cursor, or {@link #INVALID} if it is not a cursor of this list. */
    public long read(String cursor) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(cursor);
        } catch (IllegalArgumentException e) {
            return INVALID;
        }
        // The decoder also accepts other spellings of the same bytes.
        if (bytes.length != SecretCipher.BLOCK_BYTES
                || !ENCODER.encodeToString(bytes).equals(cursor)) {
            return INVALID;
        }
        for (byte[] block : cipher.decipher(bytes)) {
            long number = Bytes.getLong(block, 0);
            if (number >= 0 && Bytes.getLong(block, Long.BYTES) == tag(number)) {
                return number;
            }
        }
        return INVALID;
    }

    private long tag(long number) {
        byte[] text = (number + " " + workspace.text() + " " + filter).getBytes(StandardCharsets.UTF_8);
        return Bytes.getLong(Bytes.sha256(text), 0);
    }
}
