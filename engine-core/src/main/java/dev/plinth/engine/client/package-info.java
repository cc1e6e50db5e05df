/**
 * The typed client: the routes of the wire as Java methods.
 *
 * <p>Public API. A call takes the way of a request over HTTP, under the same rules; nothing is decided here.
 */
@NullMarked
package dev.plinth.engine.client;

import org.jspecify.annotations.NullMarked;
