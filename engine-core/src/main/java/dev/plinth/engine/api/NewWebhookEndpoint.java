package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A new webhook endpoint. Immutable. The call checks the members, and is refused with all errors. */
public final class NewWebhookEndpoint extends JsonRequest {
    private static final List<String> MEMBERS =
            List.of("url", "types", "ordering", "description", "headers", "maxPerSecond");

    private NewWebhookEndpoint(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a required member is missing, or a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static NewWebhookEndpoint of(Json json) {
        return new NewWebhookEndpoint(members(json, "url"));
    }

    /**
     * Returns an endpoint that gets the events of each resource in their order.
     *
     * @param url the URL of the receiver, at most 2,048 characters
     * @param types the event types to send, such as {@code resource.created} or {@code resource.*}; none for all
     */
    public static NewWebhookEndpoint of(String url, String... types) {
        Objects.requireNonNull(types, "types must not be null.");
        return new NewWebhookEndpoint(with(with(Map.of(), "url", url), "types", List.of(types)));
    }

    /** Returns the same without an order: an event does not wait until those before it have arrived. */
    public NewWebhookEndpoint unordered() {
        return new NewWebhookEndpoint(with("ordering", "none"));
    }

    /** Returns the same with a note of its owner, up to 1,000 characters. */
    public NewWebhookEndpoint withDescription(String description) {
        return new NewWebhookEndpoint(with("description", description));
    }

    /** Returns the same with headers that are sent with every event. */
    public NewWebhookEndpoint withHeaders(Map<String, String> headers) {
        return new NewWebhookEndpoint(with("headers", headers));
    }

    /** Returns the same with at most so many events a second, from 1. */
    public NewWebhookEndpoint withMaxPerSecond(int maxPerSecond) {
        return new NewWebhookEndpoint(with("maxPerSecond", maxPerSecond));
    }

    /** Returns the URL and types. Leaves the headers out, which may hold secrets. */
    @Override
    public String toString() {
        return "NewWebhookEndpoint[" + members().get("url") + ", " + members().get("types") + "]";
    }
}
