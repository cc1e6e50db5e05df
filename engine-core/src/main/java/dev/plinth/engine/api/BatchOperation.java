package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A call of a batch. Earlier answers can be named in the path and in strings of the body: <code>{{0.id}}</code> is the
 * member {@code id} of the first. Immutable.
 *
 * @param method {@code POST}, {@code PUT}, {@code PATCH} or {@code DELETE}
 * @param path the path of a call that a batch takes, without a query, at most 2,000 characters
 * @param body the body, an object; empty for none
 * @param ifMatch the entity tags of a precondition, such as {@code "v1"} with its quotes; empty for none
 */
public record BatchOperation(String method, String path, Optional<Json> body, Optional<String> ifMatch)
        implements WireValue {
    /** Refuses null. */
    public BatchOperation {
        Objects.requireNonNull(method, "method must not be null.");
        Objects.requireNonNull(path, "path must not be null.");
        Objects.requireNonNull(body, "body must not be null.");
        Objects.requireNonNull(ifMatch, "ifMatch must not be null.");
    }

    /**
     * Reads an operation from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static BatchOperation of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(BatchOperation.class);
    }

    /** Returns a {@code POST} with a body. */
    public static BatchOperation post(String path, Json body) {
        Objects.requireNonNull(path, "path must not be null.");
        Objects.requireNonNull(body, "body must not be null.");
        return new BatchOperation("POST", path, Optional.of(body), Optional.empty());
    }

    /** Returns a {@code POST} without a body, such as that of a transition. */
    public static BatchOperation post(String path) {
        Objects.requireNonNull(path, "path must not be null.");
        return new BatchOperation("POST", path, Optional.empty(), Optional.empty());
    }

    /** Returns a {@code PUT} with a body. */
    public static BatchOperation put(String path, Json body) {
        Objects.requireNonNull(path, "path must not be null.");
        Objects.requireNonNull(body, "body must not be null.");
        return new BatchOperation("PUT", path, Optional.of(body), Optional.empty());
    }

    /** Returns a {@code PATCH} with a merge patch. */
    public static BatchOperation patch(String path, Json mergePatch) {
        Objects.requireNonNull(path, "path must not be null.");
        Objects.requireNonNull(mergePatch, "mergePatch must not be null.");
        return new BatchOperation("PATCH", path, Optional.of(mergePatch), Optional.empty());
    }

    /** Returns a {@code DELETE}. */
    public static BatchOperation delete(String path) {
        Objects.requireNonNull(path, "path must not be null.");
        return new BatchOperation("DELETE", path, Optional.empty(), Optional.empty());
    }

    /** Returns the same on the condition that the target still has this version; otherwise the batch is refused with 412. */
    public BatchOperation ifVersion(long version) {
        return new BatchOperation(method, path, body, Optional.of("\"v" + version + "\""));
    }

    @Override
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("method", method);
        members.put("path", path);
        body.ifPresent(given -> members.put("body", given));
        ifMatch.ifPresent(given -> members.put("ifMatch", given));
        return Json.of(members);
    }
}
