package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The address to which a workspace's events go.
 *
 * @param id {@code we_…}
 * @param url the URL of the receiver
 * @param types the event types to send; empty for all
 * @param enabled false if its deliveries are held
 * @param ordered true if events of one resource arrive in order
 * @param description a note of its owner
 * @param headers headers that are sent with every event
 * @param createdAt when it was created
 * @param missedSince the time of the first event that it missed because it held as many deliveries as it may. Empty if
 *     it missed none, and once all of them have deliveries
 * @param secret the signing secret {@code whsec_…}; only in the answer to the call that created or rotated it
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
    /** Refuses null. */
    public WebhookEndpoint {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(url, "url must not be null.");
        Objects.requireNonNull(types, "types must not be null.");
        Objects.requireNonNull(description, "description must not be null.");
        Objects.requireNonNull(headers, "headers must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(missedSince, "missedSince must not be null.");
        Objects.requireNonNull(secret, "secret must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads an endpoint from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static WebhookEndpoint of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(WebhookEndpoint.class);
    }

    /** Returns the id, URL and status. Leaves the secret out. */
    @Override
    public String toString() {
        return "WebhookEndpoint[" + id + ", " + url + ", enabled=" + enabled + "]";
    }
}
