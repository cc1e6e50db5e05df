package dev.plinth.engine.internal.webhook.send;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the beginning of a receiver's answer and stops reading then, because an answer may be endless.
 *
 * <p>It also keeps what was read before a failure. Not thread-safe.
 */
final class ResponseReader {
    private static final byte[] NOTHING = {};

    private byte[] kept = NOTHING;
    private int keptLength;
    private int readLength;

    /** Takes a part of the answer. Returns false if no more of it is wanted. */
    boolean read(ByteBuffer part) {
        int wanted = Math.min(part.remaining(), SendLimits.RESPONSE_KEPT_BYTES - keptLength);
        if (keptLength + wanted > kept.length) {
            kept = Arrays.copyOf(kept, Math.min(SendLimits.RESPONSE_KEPT_BYTES, 2 * (keptLength + wanted)));
        }
        readLength += part.remaining();
        part.get(kept, keptLength, wanted);
        keptLength += wanted;
        part.position(part.limit());
        return readLength <= SendLimits.RESPONSE_READ_BYTES;
    }

    /** Returns the kept bytes as text, with replacements for bytes that are not UTF-8, or null if there are none. */
    @Nullable
    String text() {
        if (keptLength == 0) {
            return null;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        CharBuffer text = CharBuffer.allocate(keptLength);
        boolean whole = keptLength == readLength;
        // A character that our own cut has split is dropped, not replaced.
        decoder.decode(ByteBuffer.wrap(kept, 0, keptLength), text, whole);
        return bounded(text.flip().toString());
    }

    /**
     * Cuts the text, which may be over the limit because a replacement character is longer than the byte that it
     * replaces.
     */
    private static String bounded(String text) {
        int bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int codePoint = text.codePointAt(end);
            bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            if (bytes > SendLimits.RESPONSE_KEPT_BYTES) {
                return text.substring(0, end);
            }
            end += Character.charCount(codePoint);
        }
        return text;
    }
}
