package dev.plinth.engine.api;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An operation of a bulk call, which has an outcome of its own. Immutable.
 *
 * @param action the action
 * @param id the resource, {@code res_…}; empty for CREATE
 * @param resource the new resource; empty unless the action is CREATE
 * @param change the change; empty unless the action is UPDATE
 */
public record BulkOperation(
        Action action, Optional<String> id, Optional<NewResource> resource, Optional<ResourceChange> change) {
    /** The actions of a bulk call. */
    public enum Action {
        /** Creates a resource. */
        CREATE,
        /** Changes a resource. */
        UPDATE,
        /** Pauses a resource. */
        PAUSE,
        /** Makes a paused resource active again. */
        RESUME,
        /** Archives a resource. */
        ARCHIVE,
        /** Makes an archived resource active again. */
        UNARCHIVE,
        /** Deletes an archived resource with its children. */
        DELETE
    }

    /**
     * Refuses null.
     *
     * @throws IllegalArgumentException if the action needs a component that is empty, or takes none that is given
     */
    public BulkOperation {
        Objects.requireNonNull(action, "action must not be null.");
        Objects.requireNonNull(id, "id must not be null; give an empty one for CREATE.");
        Objects.requireNonNull(resource, "resource must not be null; give an empty one unless the action is CREATE.");
        Objects.requireNonNull(change, "change must not be null; give an empty one unless the action is UPDATE.");
        boolean creates = action == Action.CREATE;
        if (creates == id.isPresent()
                || creates != resource.isPresent()
                || (action == Action.UPDATE) != change.isPresent()) {
            throw new IllegalArgumentException("CREATE needs a resource alone, UPDATE an id and a change, and " + action
                    + " what it needs of these. Use the methods that make operations.");
        }
    }

    /** Returns an operation that creates a resource. */
    public static BulkOperation create(NewResource resource) {
        Objects.requireNonNull(resource, "resource must not be null.");
        return new BulkOperation(Action.CREATE, Optional.empty(), Optional.of(resource), Optional.empty());
    }

    /** Returns an operation that changes a resource, {@code res_…}. */
    public static BulkOperation update(String id, ResourceChange change) {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(change, "change must not be null.");
        return new BulkOperation(Action.UPDATE, Optional.of(id), Optional.empty(), Optional.of(change));
    }

    /** Returns an operation that pauses a resource. */
    public static BulkOperation pause(String id) {
        Objects.requireNonNull(id, "id must not be null.");
        return on(Action.PAUSE, id);
    }

    /** Returns an operation that makes a paused resource active again. */
    public static BulkOperation resume(String id) {
        Objects.requireNonNull(id, "id must not be null.");
        return on(Action.RESUME, id);
    }

    /** Returns an operation that archives a resource. */
    public static BulkOperation archive(String id) {
        Objects.requireNonNull(id, "id must not be null.");
        return on(Action.ARCHIVE, id);
    }

    /** Returns an operation that makes an archived resource active again. */
    public static BulkOperation unarchive(String id) {
        Objects.requireNonNull(id, "id must not be null.");
        return on(Action.UNARCHIVE, id);
    }

    /** Returns an operation that deletes an archived resource with its children. */
    public static BulkOperation delete(String id) {
        Objects.requireNonNull(id, "id must not be null.");
        return on(Action.DELETE, id);
    }

    private static BulkOperation on(Action action, String id) {
        return new BulkOperation(action, Optional.of(id), Optional.empty(), Optional.empty());
    }

    /** Returns the item that the wire takes. */
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("action", action.name().toLowerCase(Locale.ROOT));
        id.ifPresent(given -> members.put("id", given));
        resource.ifPresent(given -> members.putAll(given.members()));
        change.ifPresent(given -> members.putAll(given.members()));
        return Json.of(members);
    }
}
