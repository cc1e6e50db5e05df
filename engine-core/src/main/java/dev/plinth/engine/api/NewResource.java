package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Map;

/** A new resource or child. Immutable. The call checks the members, and is refused with all errors. */
public final class NewResource extends JsonRequest {
    private static final List<String> MEMBERS = List.of("name", "type", "data", "metadata");

    private NewResource(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a required member is missing, or a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static NewResource of(Json json) {
        return new NewResource(members(json, "name"));
    }

    /** Returns a resource with a name, 1–255 characters, of the default type. */
    public static NewResource of(String name) {
        return new NewResource(with(Map.of(), "name", name));
    }

    /** Returns the same of another type. */
    public NewResource ofType(String type) {
        return new NewResource(with("type", type));
    }

    /** Returns the same with the host's own object, up to 64 KiB. */
    public NewResource withData(Json data) {
        return new NewResource(with("data", data));
    }

    /** Returns the same with up to 50 string pairs. */
    public NewResource withMetadata(Map<String, String> metadata) {
        return new NewResource(with("metadata", metadata));
    }
}
