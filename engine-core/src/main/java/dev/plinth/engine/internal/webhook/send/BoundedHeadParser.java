package dev.plinth.engine.internal.webhook.send;

import java.io.IOException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.nio.NHttpMessageParser;
import org.apache.hc.core5.http.nio.SessionInputBuffer;

/**
 * Parses the heads of the answers on one connection, and ends the connection if all heads of one answer together are
 * too long.
 *
 * <p>HttpCore limits a line and the lines of a head. It does not limit the interim heads (1xx) before an answer, and
 * reads them without a pause for as long as bytes arrive. Not thread-safe.
 */
final class BoundedHeadParser implements NHttpMessageParser<HttpResponse> {
    private final NHttpMessageParser<HttpResponse> parser;
    /** Bytes of the heads of the present answer. */
    private long read;

    /** Makes a parser that has read nothing. */
    BoundedHeadParser(NHttpMessageParser<HttpResponse> parser) {
        this.parser = parser;
    }

    @Override
    public HttpResponse parse(SessionInputBuffer in, boolean endOfStream) throws IOException, HttpException {
        int before = in.length();
        HttpResponse head = parser.parse(in, endOfStream);
        read += before - in.length();
        if (read > SendLimits.RESPONSE_HEAD_BYTES) {
            throw new MessageConstraintException("The heads of an answer may have " + SendLimits.RESPONSE_HEAD_BYTES
                    + " bytes together, and these have more.");
        }
        if (head != null && head.getCode() >= HttpStatus.SC_SUCCESS) {
            read = 0;
        }
        return head;
    }

    @Override
    public void reset() {
        parser.reset();
    }
}
