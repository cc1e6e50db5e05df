package dev.plinth.engine.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change of the caller's workspace. What is empty stays as it is. Immutable. The call checks ranges, and is refused
 * with all errors.
 *
 * @param name the new name, 1–255 characters
 * @param metadata an object of strings that is merged into the metadata (RFC 7396): a null in it removes a pair
 * @param sharesFrom the workspaces whose shares it takes
 */
public record WorkspaceChange(Optional<String> name, Optional<Json> metadata, Optional<Sharers> sharesFrom) {
    /** Changes nothing. Add what changes. */
    public static final WorkspaceChange NONE =
            new WorkspaceChange(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * The workspaces whose shares a workspace takes.
     *
     * @param ids each {@code ws_…}; empty for any workspace, and a list without ids for none
     */
    public record Sharers(Optional<List<String>> ids) {
        /** Refuses null and copies the ids. */
        public Sharers {
            Objects.requireNonNull(ids, "ids must not be null; give an empty one for any workspace.");
            ids = ids.map(List::copyOf);
        }
    }

    /** Refuses null. */
    public WorkspaceChange {
        Objects.requireNonNull(name, "name must not be null; give an empty one to keep it.");
        Objects.requireNonNull(metadata, "metadata must not be null; give an empty one to keep it.");
        Objects.requireNonNull(sharesFrom, "sharesFrom must not be null; give an empty one to keep it.");
    }

    /** Returns the same with another name. */
    public WorkspaceChange withName(String other) {
        Objects.requireNonNull(other, "name must not be null.");
        return new WorkspaceChange(Optional.of(other), metadata, sharesFrom);
    }

    /** Returns the same, to take shares from these workspaces alone, each {@code ws_…}. */
    public WorkspaceChange withSharesFrom(List<String> ids) {
        Objects.requireNonNull(ids, "sharesFrom must not be null.");
        return new WorkspaceChange(name, metadata, Optional.of(new Sharers(Optional.of(ids))));
    }

    /** Returns the same, to take shares from any workspace. */
    public WorkspaceChange withSharesFromAny() {
        return new WorkspaceChange(name, metadata, Optional.of(new Sharers(Optional.empty())));
    }

    /** Returns the same with another change of the metadata. */
    public WorkspaceChange withMetadata(Json mergePatch) {
        Objects.requireNonNull(mergePatch, "metadata must not be null.");
        return new WorkspaceChange(name, Optional.of(mergePatch), sharesFrom);
    }

    /** Returns the body that the wire takes. */
    public Json json() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        name.ifPresent(given -> members.put("name", given));
        metadata.ifPresent(given -> members.put("metadata", given));
        sharesFrom.ifPresent(given -> members.put("sharesFrom", given.ids().orElse(null)));
        return Json.of(members);
    }
}
