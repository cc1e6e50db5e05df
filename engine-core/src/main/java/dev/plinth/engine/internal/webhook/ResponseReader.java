package dev.plinth.engine.internal.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the beginning of a receiver's answer and refuses to swallow the rest, as an answer may be endless.
 *
 * <p>What was read before a failure is kept too. Used by one thread, once.
 */
final class ResponseReader {
    private static final int CHUNK_BYTES = 8 * 1024;

    private final byte[] kept = new byte[SendLimits.RESPONSE_KEPT_BYTES];
    private int keptLength;
    private int readLength;

    /** Reads until the end or the limit; the stream's end, and only that, gives the connection back to the pool. */
    void read(InputStream stream) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        int length;
        while (readLength <= SendLimits.RESPONSE_READ_BYTES && (length = stream.read(chunk)) >= 0) {
            int wanted = Math.min(length, kept.length - keptLength);
            System.arraycopy(chunk, 0, kept, keptLength, wanted);
            keptLength += wanted;
            readLength += length;
        }
    }

    /** What was kept as text, what is not UTF-8 replaced; null if there was nothing. */
    @Nullable
    String text() {
        if (keptLength == 0) {
            return null;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        CharBuffer text = CharBuffer.allocate(kept.length);
        boolean whole = keptLength == readLength;
        // A character that our own cut went through is dropped, not replaced.
        decoder.decode(ByteBuffer.wrap(kept, 0, keptLength), text, whole);
        return bounded(text.flip().toString());
    }

    /** A replacement character is longer than the byte it replaces, so the text may have outgrown the limit. */
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
