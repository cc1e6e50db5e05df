package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A change of a webhook endpoint. A member that is not given stays as it is. Immutable. The call checks the members, and
 * is refused with all errors.
 */
public final class WebhookEndpointChange extends JsonRequest {
    private static final List<String> MEMBERS =
            List.of("url", "types", "ordering", "description", "headers", "maxPerSecond", "status");

    /** Changes nothing. Add what changes. */
    public static final WebhookEndpointChange NONE = new WebhookEndpointChange(Map.of());

    private WebhookEndpointChange(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static WebhookEndpointChange of(Json json) {
        return new WebhookEndpointChange(members(json));
    }

    /** Returns the same with another URL. */
    public WebhookEndpointChange withUrl(String url) {
        return new WebhookEndpointChange(with("url", url));
    }

    /** Returns the same with other types, such as {@code resource.*}; none for all events. */
    public WebhookEndpointChange withTypes(String... types) {
        Objects.requireNonNull(types, "types must not be null.");
        return new WebhookEndpointChange(with("types", List.of(types)));
    }

    /** Returns the same, with or without the order of the events of one resource. */
    public WebhookEndpointChange withOrder(boolean inOrder) {
        return new WebhookEndpointChange(with("ordering", inOrder ? "resource" : "none"));
    }

    /** Returns the same with a note of its owner, up to 1,000 characters. */
    public WebhookEndpointChange withDescription(String description) {
        return new WebhookEndpointChange(with("description", description));
    }

    /** Returns the same with other headers in the place of all present ones. */
    public WebhookEndpointChange withHeaders(Map<String, String> headers) {
        return new WebhookEndpointChange(with("headers", headers));
    }

    /** Returns the same with at most so many events a second. */
    public WebhookEndpointChange withMaxPerSecond(int maxPerSecond) {
        return new WebhookEndpointChange(with("maxPerSecond", maxPerSecond));
    }

    /** Returns the same for an endpoint that is enabled, or that holds its deliveries until it is enabled again. */
    public WebhookEndpointChange withEnabled(boolean enabled) {
        return new WebhookEndpointChange(with("status", enabled ? "enabled" : "disabled"));
    }

    /** Returns the URL and types. Leaves the headers out, which may hold secrets. */
    @Override
    public String toString() {
        return "WebhookEndpointChange[" + members().get("url") + ", "
                + members().get("types") + "]";
    }
}
