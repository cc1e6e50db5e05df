package dev.plinth.engine;

import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;

/**
 * The host's code for one synchronous operation on a resource.
 *
 * <p>It runs on the caller's thread, and for calls over HTTP or by {@code submit} on the engine's executor, outside the writer
 * lock; what it returns is committed afterwards if the resource
 * still allows it. If the process dies in between, the idempotency key is free and the code may run twice.
 */
@FunctionalInterface
public interface OperationHandler {
    /**
     * Runs the operation.
     *
     * @return what is to come of it; a result of more than 128 KiB is not taken: nothing is changed, and the caller gets 500
     *     {@code internal_error}, not retryable
     * @throws OperationRefused to refuse the input with 422
     */
    OperationResult handle(OperationContext operation) throws OperationRefused;
}
