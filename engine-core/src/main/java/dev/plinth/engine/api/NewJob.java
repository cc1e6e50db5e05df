package dev.plinth.engine.api;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The members of a new job. Immutable. Their ranges are checked by the call, which is refused with all errors.
 *
 * @param type the kind of work, 1–64 characters
 * @param input the input, an object
 * @param resourceId the resource of the job, {@code res_…}; empty for none
 * @param runAt when to run it; empty for at once
 * @param priority 1 first, 4 last; empty for 3
 * @param uniqueKey keeps a second job of this type out as long as the first has not ended; empty for none
 * @param maxAttempts the most attempts, 1–25; empty for 5
 */
public record NewJob(
        String type,
        Json input,
        Optional<String> resourceId,
        Optional<Instant> runAt,
        Optional<Integer> priority,
        Optional<String> uniqueKey,
        Optional<Integer> maxAttempts) {
    /** Refuses null. */
    public NewJob {
        Objects.requireNonNull(type, "type must not be null.");
        Objects.requireNonNull(input, "input must not be null; give Json.EMPTY_OBJECT for none.");
        Objects.requireNonNull(resourceId, "resourceId must not be null; give an empty one for none.");
        Objects.requireNonNull(runAt, "runAt must not be null; give an empty one for at once.");
        Objects.requireNonNull(priority, "priority must not be null; give an empty one for the default.");
        Objects.requireNonNull(uniqueKey, "uniqueKey must not be null; give an empty one for none.");
        Objects.requireNonNull(maxAttempts, "maxAttempts must not be null; give an empty one for the default.");
    }

    /** Returns a job of a type without input, to run at once. */
    public static NewJob of(String type) {
        return of(type, Json.EMPTY_OBJECT);
    }

    /** Returns a job of a type with an input, to run at once. */
    public static NewJob of(String type, Json input) {
        return new NewJob(
                type, input, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Returns the same about a resource, {@code res_…}. */
    public NewJob onResource(String id) {
        Objects.requireNonNull(id, "resourceId must not be null.");
        return new NewJob(type, input, Optional.of(id), runAt, priority, uniqueKey, maxAttempts);
    }

    /** Returns the same to run at a time. */
    public NewJob at(Instant time) {
        Objects.requireNonNull(time, "runAt must not be null.");
        return new NewJob(type, input, resourceId, Optional.of(time), priority, uniqueKey, maxAttempts);
    }

    /** Returns the same with a priority, 1 first and 4 last. */
    public NewJob withPriority(int other) {
        return new NewJob(type, input, resourceId, runAt, Optional.of(other), uniqueKey, maxAttempts);
    }

    /** Returns the same with a key that keeps a second job of this type out as long as the first has not ended. */
    public NewJob withUniqueKey(String key) {
        Objects.requireNonNull(key, "uniqueKey must not be null.");
        return new NewJob(type, input, resourceId, runAt, priority, Optional.of(key), maxAttempts);
    }

    /** Returns the same with another number of attempts, 1–25. */
    public NewJob withMaxAttempts(int attempts) {
        return new NewJob(type, input, resourceId, runAt, priority, uniqueKey, Optional.of(attempts));
    }

    /** Returns the body that the wire takes. */
    public Json json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", type);
        members.put("input", input);
        resourceId.ifPresent(given -> members.put("resourceId", given));
        runAt.ifPresent(given -> members.put("runAt", given.toString()));
        priority.ifPresent(given -> members.put("priority", given));
        uniqueKey.ifPresent(given -> members.put("uniqueKey", given));
        maxAttempts.ifPresent(given -> members.put("maxAttempts", given));
        return Json.of(members);
    }
}
