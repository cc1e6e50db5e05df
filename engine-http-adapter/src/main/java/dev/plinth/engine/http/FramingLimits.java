package dev.plinth.engine.http;

/** The bounds of what comes in, in one place because they must fit each other. */
final class FramingLimits {
    /** Bytes of a request line, its end included. */
    static final int REQUEST_LINE_BYTES_MAX = 8 * 1024;

    /** Bytes of one header's name and value. */
    static final int HEADER_LINE_BYTES_MAX = 8 * 1024;

    /** Bytes of a request line and all its headers; also what the trailers of a chunked body may take. */
    static final int HEADER_BYTES_MAX = 32 * 1024;

    /** Headers of a request. */
    static final int HEADERS_MAX = 100;

    /** Bytes that are thrown away after a refusal, so that the client gets to read it. */
    static final long DISCARDED_BYTES_MAX = 16L * 1024 * 1024;

    /** Bytes of a body's first buffer; more is taken only as bytes arrive. */
    static final int BODY_BYTES_FIRST = 16 * 1024;

    /** Connections that are open at once; more wait in the accept queue. */
    static final int CONNECTIONS_MAX = 10_000;

    /** Connections that wait to be accepted. */
    static final int ACCEPT_QUEUE_MAX = 1024;

    private FramingLimits() {}
}
