package dev.plinth.engine.http.call;

import org.eclipse.jetty.http.HttpException;

/** Stops Jetty's parser at a request with wrong framing. Jetty then answers it and closes the connection. */
public final class FramingException extends HttpException.RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int BAD_REQUEST = 400;
    private static final int SERVICE_UNAVAILABLE = 503;

    /**
     * Stops at a malformed request.
     * @param found what came instead of a proper request, to follow the words "but got"
     */
    public FramingException(String found) {
        super(BAD_REQUEST, found);
    }

    private FramingException(int code, String sentence) {
        super(code, sentence);
    }

    /** Returns the exception for a well-framed request for whose headers there is no memory. */
    public static FramingException noRoom() {
        return new FramingException(
                SERVICE_UNAVAILABLE,
                "Too many bytes of headers are in flight; nothing was changed. Send fewer headers, or try again after Retry-After.");
    }
}
