package dev.plinth.engine.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An event of the host's own type to publish. Immutable. The rules of its members are checked by the call.
 *
 * @param type what happened, in the past tense, such as {@code payment.processed}
 * @param data an object
 * @param resourceId the resource that it is about, {@code res_…}; empty for none. An event about a resource is listed
 *     under it, and ordered endpoints get it in the order of the resource's events. The event of a shared resource
 *     belongs to the resource's owner
 */
public record NewEvent(String type, Json data, Optional<String> resourceId) {
    /** Refuses null. */
    public NewEvent {
        Objects.requireNonNull(type, "type must not be null.");
        Objects.requireNonNull(data, "data must not be null; give Json.EMPTY_OBJECT for none.");
        Objects.requireNonNull(resourceId, "resourceId must not be null; give an empty one for none.");
    }

    /** Returns an event of a type with its data. */
    public static NewEvent of(String type, Json data) {
        return new NewEvent(type, data, Optional.empty());
    }

    /** Returns the same about a resource, {@code res_…}. */
    public NewEvent about(String id) {
        Objects.requireNonNull(id, "resourceId must not be null.");
        return new NewEvent(type, data, Optional.of(id));
    }

    /** Returns the body that the wire takes. */
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", type);
        members.put("data", data);
        resourceId.ifPresent(given -> members.put("resourceId", given));
        return Json.of(members);
    }
}
