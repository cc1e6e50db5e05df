package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A new job. Immutable. The call checks the members, and is refused with all errors. */
public final class NewJob extends JsonRequest {
    private static final List<String> MEMBERS =
            List.of("type", "input", "resourceId", "runAt", "priority", "uniqueKey", "maxAttempts");

    private NewJob(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a required member is missing, or a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static NewJob of(Json json) {
        return new NewJob(members(json, "type"));
    }

    /** Returns a job of a type, 1–64 characters, without input and to run at once. */
    public static NewJob of(String type) {
        return of(type, Json.EMPTY_OBJECT);
    }

    /**
     * Returns a job to run at once, with priority 3 and 20 attempts.
     *
     * @param type the kind of work, 1–64 characters
     * @param input the input, an object
     */
    public static NewJob of(String type, Json input) {
        return new NewJob(with(with(Map.of(), "type", type), "input", input));
    }

    /** Returns the same about a resource, {@code res_…}. */
    public NewJob onResource(String resourceId) {
        return new NewJob(with("resourceId", resourceId));
    }

    /** Returns the same to run at a time. */
    public NewJob at(Instant runAt) {
        return new NewJob(with("runAt", runAt));
    }

    /** Returns the same with a priority, 1 first and 4 last. */
    public NewJob withPriority(int priority) {
        return new NewJob(with("priority", priority));
    }

    /** Returns the same with a key that keeps a second job of this type out as long as the first has not ended. */
    public NewJob withUniqueKey(String uniqueKey) {
        return new NewJob(with("uniqueKey", uniqueKey));
    }

    /** Returns the same with another number of attempts, 1–100. */
    public NewJob withMaxAttempts(int maxAttempts) {
        return new NewJob(with("maxAttempts", maxAttempts));
    }
}
