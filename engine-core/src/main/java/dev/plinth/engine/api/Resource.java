package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A resource.
 */
public final class Resource extends JsonView {
    private Resource(Json json) {
        super(json, List.of("id", "type", "name", "status", "data", "metadata", "version", "createdAt", "updatedAt"));
    }

    /**
     * Reads a resource from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Resource of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new Resource(json);
    }

    /** Returns {@code res_…}. */
    public String id() {
        return text("id");
    }

    /** Returns its type, {@code resource} by default. */
    public String type() {
        return text("type");
    }

    /** Returns its name. */
    public String name() {
        return text("name");
    }

    /** Returns its status. */
    public ResourceStatus status() {
        return word("status", ResourceStatus.class);
    }

    /** Returns the host's own object. */
    public Json data() {
        return json("data");
    }

    /** Returns its pairs of strings. */
    public Map<String, String> metadata() {
        return pairs("metadata");
    }

    /** Returns the number of its last change, from 1. */
    public long version() {
        return number("version");
    }

    /** Returns when it was created. */
    public Instant createdAt() {
        return time("createdAt");
    }

    /** Returns when it was last changed. */
    public Instant updatedAt() {
        return time("updatedAt");
    }

    /** Returns its share with the caller; empty if the caller owns it. */
    public Optional<Shared> shared() {
        return has("role")
                ? Optional.of(new Shared(word("role", Role.class), text("ownerWorkspaceId")))
                : Optional.empty();
    }

    /** Returns its first children, without a cursor; empty unless the call asked to include them. */
    public Optional<Page<Child>> children() {
        return optionalJson("children").map(Resource::page);
    }

    private static Page<Child> page(Json shown) {
        List<Json> items = shown.at("/data").map(Json::items).orElse(List.of());
        boolean hasMore = shown.at("/hasMore").map(Json::value).equals(Optional.of(true));
        Page<Child> children = Page.of(items.stream().map(Child::of).toList());
        return hasMore ? children.withMore() : children;
    }

    /**
     * The caller's right to a resource of another workspace.
     *
     * @param role what the caller may do
     * @param ownerWorkspaceId the owner, {@code ws_…}
     */
    public record Shared(Role role, String ownerWorkspaceId) {
        /** Refuses null. */
        public Shared {
            Objects.requireNonNull(role, "role must not be null.");
            Objects.requireNonNull(ownerWorkspaceId, "ownerWorkspaceId must not be null.");
        }
    }
}
