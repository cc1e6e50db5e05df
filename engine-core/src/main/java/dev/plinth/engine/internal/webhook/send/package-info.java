/**
 * Sending: one attempt to bring a webhook to a receiver, with its connections, look-ups and the filter of addresses.
 *
 * <p>The only room that imports the HTTP client. It knows no rows and decides nothing about the content of a request.
 */
@NullMarked
package dev.plinth.engine.internal.webhook.send;

import org.jspecify.annotations.NullMarked;
