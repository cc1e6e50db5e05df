package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Map;

/**
 * A change of a resource or child, as a merge patch (RFC 7396). A member that is not given stays as it is. Immutable. The
 * call checks the members, and is refused with all errors.
 */
public final class ResourceChange extends JsonRequest {
    private static final List<String> MEMBERS = List.of("name", "data", "metadata");

    /** Changes nothing. Add what changes. */
    public static final ResourceChange NONE = new ResourceChange(Map.of());

    private ResourceChange(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ResourceChange of(Json json) {
        return new ResourceChange(members(json));
    }

    /** Returns the same with another name, 1–255 characters. */
    public ResourceChange withName(String name) {
        return new ResourceChange(with("name", name));
    }

    /** Returns the same that merges an object into the data. A null in it removes a member. */
    public ResourceChange withData(Json data) {
        return new ResourceChange(with("data", data));
    }

    /** Returns the same that removes all members of the data. */
    public ResourceChange withoutData() {
        return new ResourceChange(withNull("data"));
    }

    /** Returns the same that adds or replaces these pairs of the metadata. */
    public ResourceChange withMetadata(Map<String, String> metadata) {
        return new ResourceChange(with("metadata", metadata));
    }

    /** Returns the same that merges an object of strings into the metadata. A null in it removes a pair. */
    public ResourceChange withMetadata(Json metadata) {
        return new ResourceChange(with("metadata", metadata));
    }
}
