package dev.plinth.engine.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a workspace's events are sent.
 *
 * @param id {@code we_…}
 * @param url the receiver
 * @param types the event types it wants; none for all
 * @param enabled false if its deliveries are held
 * @param ordered true if events of one resource arrive in order
 * @param description what it is for
 * @param headers what is sent along
 * @param createdAt when it was made
 * @param secret the signing secret {@code whsec_…}; only in the answer that made it
 */
public record WebhookEndpoint(
        String id,
        String url,
        List<String> types,
        boolean enabled,
        boolean ordered,
        String description,
        Map<String, String> headers,
        Instant createdAt,
        Optional<String> secret) {
    /** Everything but the secret. */
    @Override
    public String toString() {
        return "WebhookEndpoint[" + id + ", " + url + ", enabled=" + enabled + "]";
    }
}
