package dev.plinth.engine.http.connection;

/** The phase of a connection. Each phase has its own deadline. */
enum Phase {
    /** Makes the keys of TLS. */
    HANDSHAKE,
    /** Waits for a request. */
    IDLE,
    /** Reads the headers of a request. */
    HEADERS,
    /** Reads the body of a request. */
    BODY,
    /** Waits for the answer to a complete request. */
    WORKING,
    /** Has given the last answer. Further bytes are discarded. */
    CLOSING
}
