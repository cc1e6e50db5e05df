package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingException;
import dev.plinth.engine.http.call.FramingLimits;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpParser;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's parser, which also checks what Jetty skips: the request line as it was sent, and the length of a chunk's size
 * line.
 *
 * <p>Jetty accepts any number of blanks between the parts of a request line and a version in any case (RFC 9112 §§2.3,
 * 3). It accepts chunk extensions without an end (§7.1.1). Another reader may take the same bytes for something else.
 * Not thread-safe.
 */
final class StrictParser extends HttpParser {
    private static final int BLANKS = 2;
    private static final String VERSION = "HTTP/1.";

    private final Runnable begins;
    private boolean lineBegun;
    private int blanks;
    private byte before;
    private int versionLength;
    private boolean versionIsUpperCase;
    private @Nullable String fault;
    private @Nullable ByteBuffer reading;
    private int countedTo;
    private int chunkLineBytes;

    /**
     * Makes a parser.
     *
     * @param begins runs before the first byte of each request is parsed, after the answer to the one before
     */
    StrictParser(RequestHandler handler, int headerBytesMax, HttpCompliance compliance, Runnable begins) {
        super(handler, headerBytesMax, compliance);
        this.begins = begins;
    }

    @Override
    public boolean parseNext(ByteBuffer buffer) {
        if (isStart()) {
            begins.run();
            lineBegun = false;
            fault = null;
            chunkLineBytes = 0;
        }
        if (getState().ordinal() < State.HEADER.ordinal()) {
            look(buffer);
        }
        return super.parseNext(buffer);
    }

    /** Returns what is wrong with the request line, to follow the words "but got", or null if nothing is. */
    @Nullable
    String fault() {
        return fault;
    }

    /** Checks the buffer's part of the request line, which may come in several parts. */
    private void look(ByteBuffer buffer) {
        for (int at = buffer.position(); at < buffer.limit(); at++) {
            byte next = buffer.get(at);
            if (!lineBegun) {
                if (next == '\r' || next == '\n') {
                    continue; // empty lines may come first (RFC 9112 §2.2)
                }
                lineBegun = true;
                blanks = 0;
                before = ' ';
                versionLength = 0;
                versionIsUpperCase = true;
            }
            if (next == '\n') {
                return;
            }
            see(next);
            before = next;
        }
    }

    private void see(byte next) {
        if (next == ' ') {
            blanks++;
            if (before == ' ' || blanks > BLANKS) {
                fault = "a request line whose parts are not divided by one blank each";
            }
        } else if (blanks == BLANKS) {
            if (versionLength < VERSION.length()) {
                versionIsUpperCase &= next == VERSION.charAt(versionLength);
            }
            versionLength++;
            if (!versionIsUpperCase && fault == null) {
                fault = "a version other than HTTP/1.1 and HTTP/1.0";
            }
        }
    }

    @Override
    protected boolean parseContent(ByteBuffer buffer) {
        if (getState().ordinal() < State.CHUNKED_CONTENT.ordinal()) {
            return super.parseContent(buffer);
        }
        reading = buffer;
        countedTo = buffer.position();
        boolean handled = super.parseContent(buffer);
        reading = null;
        chunkLineBytes += buffer.position() - countedTo;
        if (getState() == State.CHUNK_SIZE) {
            check(chunkLineBytes);
        }
        return handled;
    }

    /**
     * Checks the length of a chunk's size line, when its bytes arrive or when there are no more.
     *
     * @param contentBytes the bytes of the chunk that have just been read
     */
    void chunkCame(int contentBytes) {
        ByteBuffer buffer = reading;
        if (buffer != null) {
            check(chunkLineBytes + buffer.position() - countedTo - contentBytes);
            chunkLineBytes = 0;
            countedTo = buffer.position();
        }
    }

    private static void check(int lineBytes) {
        if (lineBytes > FramingLimits.CHUNK_LINE_BYTES_MAX) {
            throw new FramingException(
                    "the size line of a chunk with more than " + FramingLimits.CHUNK_LINE_BYTES_MAX + " bytes");
        }
    }
}
