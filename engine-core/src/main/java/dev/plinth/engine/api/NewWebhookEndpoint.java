package dev.plinth.engine.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The members of a new webhook endpoint. Immutable. Their ranges are checked by the call, which is refused with all
 * errors.
 *
 * @param url the URL of the receiver, at most 2,048 characters
 * @param types the event types to send, such as {@code resource.created} or {@code resource.*}; empty for all
 * @param ordered true if events of one resource are to arrive in order
 * @param description a note of its owner; empty for none
 * @param headers headers that are sent with every event
 * @param maxPerSecond the most events a second, from 1; empty for the default
 */
public record NewWebhookEndpoint(
        String url,
        List<String> types,
        boolean ordered,
        String description,
        Map<String, String> headers,
        Optional<Integer> maxPerSecond) {
    /** Refuses null, and copies types and headers. */
    public NewWebhookEndpoint {
        Objects.requireNonNull(url, "url must not be null.");
        Objects.requireNonNull(types, "types must not be null; give an empty list for all events.");
        Objects.requireNonNull(description, "description must not be null; give an empty text for none.");
        Objects.requireNonNull(headers, "headers must not be null; give an empty map for none.");
        Objects.requireNonNull(maxPerSecond, "maxPerSecond must not be null; give an empty one for the default.");
        types = List.copyOf(types);
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** Returns an endpoint at a URL for events of these types, or for all events if there are none. */
    public static NewWebhookEndpoint to(String url, String... types) {
        Objects.requireNonNull(types, "types must not be null.");
        return new NewWebhookEndpoint(url, List.of(types), true, "", Map.of(), Optional.empty());
    }

    /** Returns the same without an order: an event does not wait until those before it have arrived. */
    public NewWebhookEndpoint unordered() {
        return new NewWebhookEndpoint(url, types, false, description, headers, maxPerSecond);
    }

    /** Returns the same with a note of its owner. */
    public NewWebhookEndpoint withDescription(String other) {
        return new NewWebhookEndpoint(url, types, ordered, other, headers, maxPerSecond);
    }

    /** Returns the same with other headers, which are sent with every event. */
    public NewWebhookEndpoint withHeaders(Map<String, String> other) {
        return new NewWebhookEndpoint(url, types, ordered, description, other, maxPerSecond);
    }

    /** Returns the same with at most so many events a second. */
    public NewWebhookEndpoint withMaxPerSecond(int events) {
        return new NewWebhookEndpoint(url, types, ordered, description, headers, Optional.of(events));
    }

    /** Returns the body that the wire takes. */
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("url", url);
        members.put("types", types);
        if (!ordered) {
            members.put("ordering", "none");
        }
        if (!description.isEmpty()) {
            members.put("description", description);
        }
        if (!headers.isEmpty()) {
            members.put("headers", headers);
        }
        maxPerSecond.ifPresent(given -> members.put("maxPerSecond", given));
        return Json.of(members);
    }

    /** Returns the URL and types. Leaves the headers out, which may hold secrets. */
    @Override
    public String toString() {
        return "NewWebhookEndpoint[" + url + ", " + types + "]";
    }
}
