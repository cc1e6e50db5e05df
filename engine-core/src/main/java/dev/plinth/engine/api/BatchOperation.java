package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Map;

/**
 * A call of a batch. Earlier answers can be named in the path and in strings of the body: <code>{{0.id}}</code> is the
 * member {@code id} of the first. A path has no query and at most 2,000 characters. Immutable.
 */
public final class BatchOperation extends JsonRequest {
    private static final List<String> MEMBERS = List.of("method", "path", "body", "ifMatch");

    private BatchOperation(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads an operation from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a required member is missing, or a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static BatchOperation of(Json json) {
        return new BatchOperation(members(json, "method", "path"));
    }

    /** Returns a {@code POST} with a body, an object. */
    public static BatchOperation post(String path, Json body) {
        return new BatchOperation(with(call("POST", path), "body", body));
    }

    /** Returns a {@code POST} without a body, such as that of a transition. */
    public static BatchOperation post(String path) {
        return new BatchOperation(call("POST", path));
    }

    /** Returns a {@code PUT} with a body, an object. */
    public static BatchOperation put(String path, Json body) {
        return new BatchOperation(with(call("PUT", path), "body", body));
    }

    /** Returns a {@code PATCH} with a merge patch. */
    public static BatchOperation patch(String path, Json mergePatch) {
        return new BatchOperation(with(call("PATCH", path), "body", given(mergePatch, "mergePatch")));
    }

    /** Returns a {@code DELETE}. */
    public static BatchOperation delete(String path) {
        return new BatchOperation(call("DELETE", path));
    }

    private static Map<String, Json> call(String method, String path) {
        return with(with(Map.of(), "method", method), "path", path);
    }

    /** Returns the same on the condition that the target still has this version; otherwise the batch is refused with 412. */
    public BatchOperation ifVersion(long version) {
        return new BatchOperation(with("ifMatch", "\"v" + version + "\""));
    }
}
