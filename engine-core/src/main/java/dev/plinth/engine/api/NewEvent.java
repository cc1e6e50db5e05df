package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Map;

/** An event of the host's own type to publish. Immutable. The call checks the members, and is refused with all errors. */
public final class NewEvent extends JsonRequest {
    private static final List<String> MEMBERS = List.of("type", "data", "resourceId");

    private NewEvent(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a required member is missing, or a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static NewEvent of(Json json) {
        return new NewEvent(members(json, "type", "data"));
    }

    /**
     * Returns an event.
     *
     * @param type what happened, in the past tense, such as {@code payment.processed}
     * @param data an object
     */
    public static NewEvent of(String type, Json data) {
        return new NewEvent(with(with(Map.of(), "type", type), "data", data));
    }

    /**
     * Returns the same about a resource, {@code res_…}. The event is listed under it, and ordered endpoints get it in the
     * order of the resource's events. The event of a shared resource belongs to the resource's owner.
     */
    public NewEvent about(String resourceId) {
        return new NewEvent(with("resourceId", resourceId));
    }
}
