package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.Id;
import java.net.URI;
import java.time.Instant;
import java.util.Map;

/**
 * A complete attempt to send a webhook, so that the sender decides nothing about its content.
 *
 * @param workspace the workspace that sends; connections and look-ups of two workspaces are kept apart
 * @param url the receiver, as {@link WebhookUrl} accepted it
 * @param headers the three {@code webhook-*} headers and the endpoint's own; the sender sets {@code content-type} and
 *     {@code user-agent}
 * @param body the bytes that were signed; not to be changed
 * @param now the time of the attempt, with which a date in {@code Retry-After} is compared
 */
public record SendRequest(Id workspace, URI url, Map<String, String> headers, byte[] body, Instant now) {
    public SendRequest {
        headers = Map.copyOf(headers);
    }
}
