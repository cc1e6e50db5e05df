package dev.plinth.engine.http;

/** Where a connection stands, because each place has its own patience. */
enum Phase {
    /** Between two requests. */
    IDLE,
    /** A request has begun, its headers are not complete. */
    HEADERS,
    /** The headers are there, the body is not. */
    BODY,
    /** The request is complete, its answer is not. */
    WORKING,
    /** The last answer is given; what still comes in is thrown away. */
    CLOSING
}
