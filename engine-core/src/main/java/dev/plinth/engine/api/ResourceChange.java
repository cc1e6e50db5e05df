package dev.plinth.engine.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A change of a resource or child, as a merge patch (RFC 7396). What is empty stays as it is. Immutable. The call checks
 * ranges, and is refused with all errors.
 *
 * @param name the new name, 1–255 characters
 * @param data an object that is merged into the data: a null in it removes a member. A null in its place removes all
 * @param metadata an object of strings that is merged into the metadata, in the same way
 */
public record ResourceChange(Optional<String> name, Optional<Json> data, Optional<Json> metadata) {
    /** Changes nothing. Add what changes. */
    public static final ResourceChange NONE = new ResourceChange(Optional.empty(), Optional.empty(), Optional.empty());

    /** Refuses null. */
    public ResourceChange {
        Objects.requireNonNull(name, "name must not be null; give an empty one to keep it.");
        Objects.requireNonNull(data, "data must not be null; give an empty one to keep it.");
        Objects.requireNonNull(metadata, "metadata must not be null; give an empty one to keep it.");
    }

    /** Returns a change of the name. */
    public static ResourceChange named(String name) {
        Objects.requireNonNull(name, "name must not be null.");
        return NONE.withName(name);
    }

    /** Returns a change that merges an object into the data. */
    public static ResourceChange ofData(Json mergePatch) {
        Objects.requireNonNull(mergePatch, "mergePatch must not be null.");
        return NONE.withData(mergePatch);
    }

    /** Returns a change that adds or replaces these pairs of the metadata. */
    public static ResourceChange ofMetadata(Map<String, String> pairs) {
        Objects.requireNonNull(pairs, "pairs must not be null.");
        return NONE.withMetadata(Json.of(pairs));
    }

    /** Returns the same with another name. */
    public ResourceChange withName(String other) {
        Objects.requireNonNull(other, "name must not be null.");
        return new ResourceChange(Optional.of(other), data, metadata);
    }

    /** Returns the same with another change of the data. */
    public ResourceChange withData(Json mergePatch) {
        Objects.requireNonNull(mergePatch, "data must not be null.");
        return new ResourceChange(name, Optional.of(mergePatch), metadata);
    }

    /** Returns the same with another change of the metadata. */
    public ResourceChange withMetadata(Json mergePatch) {
        Objects.requireNonNull(mergePatch, "metadata must not be null.");
        return new ResourceChange(name, data, Optional.of(mergePatch));
    }

    /** Returns the body that the wire takes. */
    public Json json() {
        return Json.of(members());
    }

    Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        name.ifPresent(given -> members.put("name", given));
        data.ifPresent(given -> members.put("data", given));
        metadata.ifPresent(given -> members.put("metadata", given));
        return members;
    }
}
