package dev.plinth.engine.api;

import java.util.Objects;

/**
 * The result of an operation, which is kept under the idempotency key of the call. It is committed in one record with
 * the {@link Effects} of the operation.
 *
 * @param result the answer's body, any JSON of at most 128 KiB
 */
public record OperationResult(Json result) {
    /** Refuses null. */
    public OperationResult {
        Objects.requireNonNull(result, "result must not be null; return Json.EMPTY_OBJECT for none.");
    }

    /** Returns a result. */
    public static OperationResult of(Json result) {
        return new OperationResult(result);
    }
}
