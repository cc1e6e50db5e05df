package dev.plinth.engine.http.call;

import dev.plinth.engine.http.connection.ConnectionPlaces;

/** The limits of input and output, in one place because they must fit each other. */
public final class FramingLimits {
    /** Bytes of a request line, including its end. */
    public static final int REQUEST_LINE_BYTES_MAX = 8 * 1024;

    /** Bytes of one header's name and value. */
    public static final int HEADER_LINE_BYTES_MAX = 8 * 1024;

    /** Bytes of a request line and all its headers, and of the trailers of a chunked body. */
    public static final int HEADER_BYTES_MAX = 32 * 1024;

    /** Bytes of a request's headers that are not counted with those of others. */
    public static final int HEADER_BYTES_FREE = 4 * 1024;

    /** Headers of a request. */
    public static final int HEADERS_MAX = 100;

    /** More headers of a request that a node forwards, so that it may have as many as one that comes directly. */
    public static final int HEADERS_OF_A_NODE = 4;

    /** Bytes of a chunk's size line, including its extensions and line ends. */
    public static final int CHUNK_LINE_BYTES_MAX = 256;

    /** Bytes of an unread body up to which a refused request leaves its connection open. */
    public static final long UNREAD_BYTES_KEPT_MAX = 64L * 1024;

    /** Bytes of an answer that are handed to the socket at once. Each slice has a deadline. */
    public static final int SLICE_BYTES_MAX = 64 * 1024;

    /** Seconds after the headers from which on a body has to arrive at {@link #BODY_BYTES_PER_SECOND_MIN}. */
    public static final int BODY_RATE_AFTER_SECONDS = 10;

    /** Bytes of a body that have to arrive per second, on average since its headers. */
    public static final int BODY_BYTES_PER_SECOND_MIN = 1024;

    /** Bytes from which on an answer is counted. A socket's own buffer takes a smaller one. */
    public static final int ANSWER_BYTES_COUNTED_MIN = 1024;

    /** Bytes that are discarded after a refusal, so that the client gets to read it. */
    public static final long DISCARDED_BYTES_MAX = 16L * 1024 * 1024;

    /** Bytes that a connection discards before others have their turn. */
    public static final int DISCARDED_BYTES_AT_ONCE = 64 * 1024;

    /** Bytes a second that all connections of a listener discard together. */
    public static final long DISCARDED_BYTES_PER_SECOND = 64L * 1024 * 1024;

    /** Answers 429 on one connection, less its other answers, that are sent at once. Each further one is held back. */
    public static final int REFUSALS_AT_ONCE = 20;

    /** Milliseconds for which such an answer is held back, so that a client that goes on gets ten of them a second. */
    public static final int REFUSAL_HELD_MILLIS = 100;

    /** Open connections of a port at once. A further one costs another one its place ({@link ConnectionPlaces}). */
    public static final int CONNECTIONS_MAX = 10_000;

    /**
     * The part of the connections that may be open beyond them, because they are being opened or closed. More wait in the
     * accept queue. Only connections of trusted proxies and other nodes can be so many for long.
     */
    public static final int SOCKETS_PART = 10;

    /**
     * Bytes of the heap that a TLS connection may take. A handshake that stops within a hello of 32 KiB keeps 20 KB in
     * the JDK's engine. Jetty keeps a record of 17 KB for it. An idle connection keeps 8 KB.
     */
    public static final int TLS_CONNECTION_BYTES = 48 * 1024;

    /** Records without data that a client may send on one TLS connection. A handshake has fewer than ten. */
    public static final int TLS_RECORDS_WITHOUT_DATA_MAX = 100;

    /**
     * Connections that wait to be accepted, unless the system has a lower limit ({@code net.core.somaxconn}). The system
     * drops further ones, and their clients try again after a second or three.
     */
    public static final int ACCEPT_QUEUE_MAX = 4096;

    private FramingLimits() {}
}
