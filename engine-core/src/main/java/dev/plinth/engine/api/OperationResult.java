package dev.plinth.engine.api;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of an operation: an answer, with a patch and events that are committed in the same record.
 *
 * @param result the answer's body, any JSON of at most 128 KiB
 * @param patch a merge patch (RFC 7396) of the resource's {@code name}, {@code data} and {@code metadata}, or null
 * @param events the events of the host's own types to publish
 */
public record OperationResult(Json result, @Nullable Json patch, List<NewEvent> events) {
    /** Copies the events. */
    public OperationResult {
        events = List.copyOf(events);
    }

    /** Returns an answer without a change. */
    public static OperationResult of(Json result) {
        return new OperationResult(result, null, List.of());
    }

    /** Returns the same with a merge patch of the resource. */
    public OperationResult withPatch(Json mergePatch) {
        return new OperationResult(result, mergePatch, events);
    }

    /** Returns the same with one more event. */
    public OperationResult withEvent(String type, Json data) {
        List<NewEvent> more = new ArrayList<>(events);
        more.add(new NewEvent(type, data));
        return new OperationResult(result, patch, more);
    }

    /**
     * An event of the host.
     *
     * @param type what happened, in the past tense, such as {@code payment.processed}
     * @param data an object
     */
    public record NewEvent(String type, Json data) {}
}
