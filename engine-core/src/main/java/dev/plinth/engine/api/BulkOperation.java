package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Map;

/** An operation of a bulk call, which has an outcome of its own. Immutable. */
public final class BulkOperation extends JsonRequest {
    private static final List<String> MEMBERS = List.of("action", "id", "name", "type", "data", "metadata");

    private BulkOperation(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads an operation from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a required member is missing, or a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static BulkOperation of(Json json) {
        return new BulkOperation(members(json, "action"));
    }

    /** Returns an operation that creates a resource. */
    public static BulkOperation create(NewResource resource) {
        Map<String, Json> members = with(Map.of(), "action", "create");
        members.putAll(given(resource, "resource").members());
        return new BulkOperation(members);
    }

    /** Returns an operation that changes a resource, {@code res_…}. */
    public static BulkOperation update(String id, ResourceChange change) {
        Map<String, Json> members = on("update", id);
        members.putAll(given(change, "change").members());
        return new BulkOperation(members);
    }

    /** Returns an operation that pauses a resource. */
    public static BulkOperation pause(String id) {
        return new BulkOperation(on("pause", id));
    }

    /** Returns an operation that makes a paused resource active again. */
    public static BulkOperation resume(String id) {
        return new BulkOperation(on("resume", id));
    }

    /** Returns an operation that archives a resource. */
    public static BulkOperation archive(String id) {
        return new BulkOperation(on("archive", id));
    }

    /** Returns an operation that makes an archived resource active again. */
    public static BulkOperation unarchive(String id) {
        return new BulkOperation(on("unarchive", id));
    }

    /** Returns an operation that deletes an archived resource with its children. */
    public static BulkOperation delete(String id) {
        return new BulkOperation(on("delete", id));
    }

    private static Map<String, Json> on(String action, String id) {
        return with(with(Map.of(), "action", action), "id", id);
    }
}
