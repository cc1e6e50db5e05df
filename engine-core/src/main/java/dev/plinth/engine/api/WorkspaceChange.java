package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Map;

/**
 * A change of the caller's workspace. A member that is not given stays as it is. Immutable. The call checks the members,
 * and is refused with all errors.
 */
public final class WorkspaceChange extends JsonRequest {
    private static final List<String> MEMBERS = List.of("name", "metadata", "sharesFrom");

    /** Changes nothing. Add what changes. */
    public static final WorkspaceChange NONE = new WorkspaceChange(Map.of());

    private WorkspaceChange(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static WorkspaceChange of(Json json) {
        return new WorkspaceChange(members(json));
    }

    /** Returns the same with another name, 1–255 characters. */
    public WorkspaceChange withName(String name) {
        return new WorkspaceChange(with("name", name));
    }

    /** Returns the same that adds or replaces these pairs of the metadata. */
    public WorkspaceChange withMetadata(Map<String, String> metadata) {
        return new WorkspaceChange(with("metadata", metadata));
    }

    /** Returns the same that merges an object of strings into the metadata (RFC 7396). A null in it removes a pair. */
    public WorkspaceChange withMetadata(Json metadata) {
        return new WorkspaceChange(with("metadata", metadata));
    }

    /** Returns the same, to take shares from these workspaces alone, each {@code ws_…}. */
    public WorkspaceChange withSharesFrom(List<String> sharesFrom) {
        return new WorkspaceChange(with("sharesFrom", sharesFrom));
    }

    /** Returns the same, to take shares from any workspace. */
    public WorkspaceChange withSharesFromAny() {
        return new WorkspaceChange(withNull("sharesFrom"));
    }
}
