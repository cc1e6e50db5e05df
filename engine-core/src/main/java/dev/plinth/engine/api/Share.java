package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The right of another workspace to a resource.
 */
public final class Share extends JsonView {
    private Share(Json json) {
        super(json, List.of("id", "resourceId", "workspaceId", "role", "createdAt"));
    }

    /**
     * Reads a share from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Share of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new Share(json);
    }

    /** Returns {@code shr_…}. */
    public String id() {
        return text("id");
    }

    /** Returns the resource, {@code res_…}. */
    public String resourceId() {
        return text("resourceId");
    }

    /** Returns the grantee, {@code ws_…}. */
    public String workspaceId() {
        return text("workspaceId");
    }

    /** Returns what the workspace may do. */
    public Role role() {
        return word("role", Role.class);
    }

    /** Returns when it was first granted. */
    public Instant createdAt() {
        return time("createdAt");
    }
}
