package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
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
 * @param missedSince since when it misses events because it held as many deliveries as it may, until they are made; empty if it misses none
 * @param secret the signing secret {@code whsec_…}; only in the answer that made it
 * @param json the value as the wire shows it
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
        Optional<Instant> missedSince,
        Optional<String> secret,
        Json json)
        implements WireValue {
    /**
     * Reads what the wire shows.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static WebhookEndpoint of(Json json) {
        return json.read(WebhookEndpoint.class);
    }

    /** Everything but the secret. */
    @Override
    public String toString() {
        return "WebhookEndpoint[" + id + ", " + url + ", enabled=" + enabled + "]";
    }
}
