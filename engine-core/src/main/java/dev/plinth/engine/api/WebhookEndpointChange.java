package dev.plinth.engine.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A change of a webhook endpoint. What is empty stays as it is. Immutable. The call checks ranges, and is refused with
 * all errors.
 *
 * @param url the new URL
 * @param types the events that go to it; a list without types for all
 * @param ordered true if the events of one resource arrive in order
 * @param description a text for people, up to 1,000 characters
 * @param headers all headers that are sent with every event
 * @param maxPerSecond the most events a second
 * @param enabled false to hold its deliveries until it is enabled again
 */
public record WebhookEndpointChange(
        Optional<String> url,
        Optional<List<String>> types,
        Optional<Boolean> ordered,
        Optional<String> description,
        Optional<Map<String, String>> headers,
        Optional<Integer> maxPerSecond,
        Optional<Boolean> enabled) {
    /** Changes nothing. Add what changes. */
    public static final WebhookEndpointChange NONE = new WebhookEndpointChange(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /** Refuses null and copies types and headers. */
    public WebhookEndpointChange {
        Objects.requireNonNull(url, "url must not be null; give an empty one to keep it.");
        Objects.requireNonNull(types, "types must not be null; give an empty one to keep them.");
        Objects.requireNonNull(ordered, "ordered must not be null; give an empty one to keep it.");
        Objects.requireNonNull(description, "description must not be null; give an empty one to keep it.");
        Objects.requireNonNull(headers, "headers must not be null; give an empty one to keep them.");
        Objects.requireNonNull(maxPerSecond, "maxPerSecond must not be null; give an empty one to keep it.");
        Objects.requireNonNull(enabled, "enabled must not be null; give an empty one to keep it.");
        types = types.map(List::copyOf);
        headers = headers.map(Map::copyOf);
    }

    /** Returns the same with another URL. */
    public WebhookEndpointChange withUrl(String other) {
        Objects.requireNonNull(other, "url must not be null.");
        return new WebhookEndpointChange(
                Optional.of(other), types, ordered, description, headers, maxPerSecond, enabled);
    }

    /** Returns the same with other types, such as {@code resource.*}; none for all events. */
    public WebhookEndpointChange withTypes(String... others) {
        Objects.requireNonNull(others, "types must not be null.");
        return new WebhookEndpointChange(
                url, Optional.of(List.of(others)), ordered, description, headers, maxPerSecond, enabled);
    }

    /** Returns the same, with or without the order of the events of one resource. */
    public WebhookEndpointChange withOrder(boolean inOrder) {
        return new WebhookEndpointChange(url, types, Optional.of(inOrder), description, headers, maxPerSecond, enabled);
    }

    /** Returns the same with another description. */
    public WebhookEndpointChange withDescription(String other) {
        Objects.requireNonNull(other, "description must not be null.");
        return new WebhookEndpointChange(url, types, ordered, Optional.of(other), headers, maxPerSecond, enabled);
    }

    /** Returns the same with other headers in the place of all present ones. */
    public WebhookEndpointChange withHeaders(Map<String, String> others) {
        Objects.requireNonNull(others, "headers must not be null.");
        return new WebhookEndpointChange(url, types, ordered, description, Optional.of(others), maxPerSecond, enabled);
    }

    /** Returns the same with at most so many events a second. */
    public WebhookEndpointChange withMaxPerSecond(int events) {
        return new WebhookEndpointChange(url, types, ordered, description, headers, Optional.of(events), enabled);
    }

    /** Returns the same for an endpoint that is enabled, or that holds its deliveries. */
    public WebhookEndpointChange withEnabled(boolean isEnabled) {
        return new WebhookEndpointChange(
                url, types, ordered, description, headers, maxPerSecond, Optional.of(isEnabled));
    }

    /** Returns the body that the wire takes. */
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        url.ifPresent(given -> members.put("url", given));
        types.ifPresent(given -> members.put("types", given));
        ordered.ifPresent(given -> members.put("ordering", given ? "resource" : "none"));
        description.ifPresent(given -> members.put("description", given));
        headers.ifPresent(given -> members.put("headers", given));
        maxPerSecond.ifPresent(given -> members.put("maxPerSecond", given));
        enabled.ifPresent(given -> members.put("status", given ? "enabled" : "disabled"));
        return Json.of(members);
    }

    /** Returns the URL and types. Leaves the headers out, which may hold secrets. */
    @Override
    public String toString() {
        return "WebhookEndpointChange[" + url + ", " + types + "]";
    }
}
