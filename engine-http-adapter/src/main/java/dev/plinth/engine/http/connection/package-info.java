/**
 * Sockets: places for connections, TLS, the framing of requests, deadlines, and the limits of each address.
 *
 * <p>It must not know what an exchange is, nor what a call means.
 */
@NullMarked
package dev.plinth.engine.http.connection;

import org.jspecify.annotations.NullMarked;
