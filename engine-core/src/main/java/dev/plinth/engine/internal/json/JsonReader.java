package dev.plinth.engine.internal.json;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Limits;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.LongPredicate;

/**
 * Reads strict JSON: one value, valid UTF-8 without byte order mark, no duplicate members, no lone surrogates, limited
 * depth.
 *
 * <p>The reader checks that the bytes are UTF-8 before it scans them.
 */
public final class JsonReader {
    /** Levels of JSON that the engine puts around a caller's value: a page, its array, an event, the object itself. */
    private static final int ENVELOPE_DEPTH_MAX = 16;

    /** Means "as many items as the body has room for". */
    public static final int ANY_NUMBER = Integer.MAX_VALUE;

    /** Means "as much memory as the values take". */
    public static final LongPredicate ANY_MEMORY = bytes -> true;

    private static final long EACH_BYTE_1 = 0x0101_0101_0101_0101L;
    private static final long EACH_BYTE_128 = 0x8080_8080_8080_8080L;

    private static final JsonScanner.Bounds TRUSTED = new JsonScanner.Bounds(
            Limits.JSON_DEPTH_MAX + ENVELOPE_DEPTH_MAX, Integer.MAX_VALUE, ANY_NUMBER, ANY_MEMORY);

    private JsonReader() {}

    /**
     * Parses bytes, which must not be changed afterwards.
     *
     * @throws MalformedJsonException if they are not JSON; the message says what is wrong and where
     */
    public static JsonValue read(byte[] utf8) throws MalformedJsonException {
        return read(utf8, new JsonScanner.Bounds(Limits.JSON_DEPTH_MAX, Integer.MAX_VALUE, ANY_NUMBER, ANY_MEMORY));
    }

    /**
     * Parses the body of a call, of at most {@link Limits#BODY_VALUES_MAX} values. Reading ends at the first value or
     * item beyond a limit. So no tree is made of a body that is refused for its size.
     *
     * @param itemsMax items of an array that is a member of the body
     * @param memory reserves bytes for the values beyond the first 64 KiB; returns false if there are too few
     * @throws MalformedJsonException if the body is not JSON, or has too many values
     * @throws dev.plinth.engine.internal.base.problem.RefusedException if there is no memory for the values: 503
     */
    public static JsonValue readBody(byte[] utf8, int itemsMax, LongPredicate memory) throws MalformedJsonException {
        return read(utf8, new JsonScanner.Bounds(Limits.JSON_DEPTH_MAX, Limits.BODY_VALUES_MAX, itemsMax, memory));
    }

    /** Parses JSON that the engine itself rendered, which may be deeper than the caller's value in it. */
    public static JsonValue trusted(byte[] utf8) {
        try {
            return read(utf8, TRUSTED);
        } catch (MalformedJsonException e) {
            throw new IllegalStateException("Expected JSON that the engine wrote, but " + e.getMessage(), e);
        }
    }

    private static JsonValue read(byte[] utf8, JsonScanner.Bounds bounds) throws MalformedJsonException {
        checkEncoding(utf8);
        return new JsonScanner(utf8, bounds).document();
    }

    /** Returns how many of the first bytes are from 1 to 127 for sure, looking at eight at a time. */
    static int plainWords(byte[] bytes) {
        int at = 0;
        while (at <= bytes.length - Long.BYTES) {
            long word = Bytes.getLong(bytes, at);
            // A borrow sets the highest bit of the first byte that is 0; a byte of 128 or more has it.
            if (((word | word - EACH_BYTE_1) & EACH_BYTE_128) != 0) {
                break;
            }
            at += Long.BYTES;
        }
        return at;
    }

    private static void checkEncoding(byte[] utf8) throws MalformedJsonException {
        boolean ascii = true;
        for (int i = plainWords(utf8); i < utf8.length; i++) {
            byte b = utf8[i];
            if (b == 0) {
                throw new MalformedJsonException("The body has a zero byte. Send it as UTF-8.");
            }
            ascii &= b > 0;
        }
        if (ascii) {
            return;
        }
        if (utf8.length >= 3 && utf8[0] == (byte) 0xEF && utf8[1] == (byte) 0xBB && utf8[2] == (byte) 0xBF) {
            throw new MalformedJsonException("The body begins with a byte order mark. Leave it out.");
        }
        try {
            var unused = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw new MalformedJsonException("The body has bytes that are not UTF-8. Send it as UTF-8.");
        }
    }
}
