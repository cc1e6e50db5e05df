package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import java.net.URI;
import java.time.Instant;
import java.util.Map;

/**
 * One attempt to send one webhook, complete, so that the sender decides nothing about its content.
 *
 * @param workspace on whose behalf: connections and look-ups of two workspaces are kept apart
 * @param url where to, as {@link WebhookUrl} accepted it
 * @param headers the three {@code webhook-*} headers and the endpoint's own; {@code content-type} and {@code user-agent}
 *     are the sender's
 * @param body the bytes that were signed; not to be changed
 * @param now the time of the attempt, against which a date in {@code Retry-After} is measured
 */
record SendRequest(Id workspace, URI url, Map<String, String> headers, byte[] body, Instant now) {
    SendRequest {
        headers = Map.copyOf(headers);
    }
}
