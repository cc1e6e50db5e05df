package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The address to which a workspace's events go.
 */
public final class WebhookEndpoint extends JsonView {
    private WebhookEndpoint(Json json) {
        super(json, List.of("id", "url", "types", "status", "ordering", "description", "headers", "createdAt"));
    }

    /**
     * Reads an endpoint from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static WebhookEndpoint of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new WebhookEndpoint(json);
    }

    /** Returns {@code we_…}. */
    public String id() {
        return text("id");
    }

    /** Returns the URL of the receiver. */
    public String url() {
        return text("url");
    }

    /** Returns the event types to send; empty for all. */
    public List<String> types() {
        return texts("types");
    }

    /** Returns false if its deliveries are held. */
    public boolean enabled() {
        return is("status", "enabled");
    }

    /** Returns true if events of one resource arrive in order. */
    public boolean ordered() {
        return is("ordering", "resource");
    }

    /** Returns a note of its owner. */
    public String description() {
        return text("description");
    }

    /** Returns the headers that are sent with every event. */
    public Map<String, String> headers() {
        return pairs("headers");
    }

    /** Returns when it was created. */
    public Instant createdAt() {
        return time("createdAt");
    }

    /** Returns the time of the first event that it missed because it held as many deliveries as it may. Empty if it missed none, and once all of them have deliveries. */
    public Optional<Instant> missedSince() {
        return has("missedSince") ? Optional.of(time("missedSince")) : Optional.empty();
    }

    /** Returns the signing secret {@code whsec_…}; only in the answer to the call that created or rotated it. */
    public Optional<String> secret() {
        return optionalText("secret");
    }

    /** Returns the most attempts to begin in a second, from 1; empty if there is no limit. */
    public OptionalInt maxPerSecond() {
        return optionalInt("maxPerSecond");
    }

    /** Returns the id, URL and status. Leaves the secret out. */
    @Override
    public String toString() {
        return "WebhookEndpoint[" + id() + ", " + url() + ", enabled=" + enabled() + "]";
    }
}
