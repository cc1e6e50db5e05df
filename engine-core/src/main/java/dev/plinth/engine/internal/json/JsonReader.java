package dev.plinth.engine.internal.json;

import dev.plinth.engine.internal.base.Limits;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.LongPredicate;

/**
 * Reads strict JSON: one value, valid UTF-8 without byte order mark, no duplicate members, no lone surrogates, bounded depth.
 *
 * <p>The bytes are checked before they are scanned, so that the scanner meets nothing but UTF-8.
 */
public final class JsonReader {
    /** What the engine wraps around a caller's value: a page, its array, an event, the object itself. */
    private static final int ENVELOPE_DEPTH_MAX = 16;

    /** Stands for "as many items as the body has room for". */
    public static final int ANY_NUMBER = Integer.MAX_VALUE;

    /** Stands for "as much memory as the values take". */
    public static final LongPredicate ANY_MEMORY = bytes -> true;

    private static final JsonScanner.Bounds TRUSTED = new JsonScanner.Bounds(
            Limits.JSON_DEPTH_MAX + ENVELOPE_DEPTH_MAX, Integer.MAX_VALUE, ANY_NUMBER, ANY_MEMORY);

    private JsonReader() {}

    /**
     * The value that the bytes spell, which are not to be changed afterwards.
     *
     * @throws MalformedJsonException if they spell none; the message says what is wrong and where
     */
    public static JsonValue read(byte[] utf8) throws MalformedJsonException {
        return read(utf8, new JsonScanner.Bounds(Limits.JSON_DEPTH_MAX, Integer.MAX_VALUE, ANY_NUMBER, ANY_MEMORY));
    }

    /**
     * The value of a body of a call, of at most {@link Limits#BODY_VALUES_MAX} values. Reading ends at the first value or item too many,
     * so a body that is refused for its length makes no tree of that length.
     *
     * @param itemsMax items of an array that is a member of the body
     * @param memory takes bytes for the values beyond the first 64 KiB of them; false if there are not as many
     * @throws MalformedJsonException if the body spells no value, or too many
     * @throws dev.plinth.engine.internal.base.RefusedException if there is no memory for the values: 503
     */
    public static JsonValue readBody(byte[] utf8, int itemsMax, LongPredicate memory) throws MalformedJsonException {
        return read(utf8, new JsonScanner.Bounds(Limits.JSON_DEPTH_MAX, Limits.BODY_VALUES_MAX, itemsMax, memory));
    }

    /** The bytes as JSON that the engine itself rendered, which may be deeper than the caller's value in it. */
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

    private static void checkEncoding(byte[] utf8) throws MalformedJsonException {
        boolean ascii = true;
        for (byte b : utf8) {
            if (b == 0) {
                throw new MalformedJsonException(
                        "Expected UTF-8 text, but there is a zero byte; send the body as UTF-8.");
            }
            ascii &= b > 0;
        }
        if (ascii) {
            return;
        }
        if (utf8.length >= 3 && utf8[0] == (byte) 0xEF && utf8[1] == (byte) 0xBB && utf8[2] == (byte) 0xBF) {
            throw new MalformedJsonException(
                    "Expected JSON at the first byte, but there is a byte order mark; leave it out.");
        }
        try {
            var unused = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw new MalformedJsonException(
                    "Expected UTF-8 text, but there are bytes that are not UTF-8; send the body as UTF-8.");
        }
    }
}
