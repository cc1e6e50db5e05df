package dev.plinth.engine.internal.list;

import dev.plinth.engine.internal.base.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes and reads cursors: a number and a tag over it and the filter, in base64url.
 *
 * <p>The tag is not a secret: whoever forges one only pages through what the key may see anyway. It is there so that a cursor
 * that was cut, or is used with another filter, is noticed.
 */
public final class Cursors {
    /** Stands for "not a cursor of this list". */
    public static final long INVALID = -1;

    private static final int CURSOR_BYTES = 16;

    private Cursors() {}

    /** The cursor that goes on below a number. */
    public static String write(long number, String filter) {
        byte[] bytes = new byte[CURSOR_BYTES];
        Bytes.putLong(bytes, 0, number);
        Bytes.putLong(bytes, 8, tag(number, filter));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The number in a cursor; {@link #INVALID} if it is none of this filter. */
    public static long read(String cursor, String filter) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(cursor);
        } catch (IllegalArgumentException e) {
            return INVALID;
        }
        if (bytes.length != CURSOR_BYTES
                || !write(Bytes.getLong(bytes, 0), filter).equals(cursor)) {
            return INVALID;
        }
        long number = Bytes.getLong(bytes, 0);
        return number < 0 ? INVALID : number;
    }

    private static long tag(long number, String filter) {
        byte[] text = (number + " " + filter).getBytes(StandardCharsets.UTF_8);
        return Bytes.getLong(Bytes.sha256(text), 0);
    }
}
