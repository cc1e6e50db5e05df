package dev.plinth.engine.handler;

import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;

/**
 * The host's code for one synchronous operation on a resource.
 *
 * <p>It runs outside the writer lock: on the caller's thread, or on the engine's executor for calls over HTTP and by
 * {@code submit}. Its result and its effects are committed afterwards in one record, if the resource still allows it.
 * If the process dies in between,
 * the idempotency key is free and the code may run twice.
 */
@FunctionalInterface
public interface OperationHandler {
    /**
     * Runs the operation.
     *
     * @return the result, of at most 128 KiB. A larger one changes nothing, and the caller gets 500
     *     {@code internal_error}, which is not retryable
     * @throws OperationRefused to refuse the input with 422
     * @throws dev.plinth.engine.api.PlinthException of a call that the code has made; the caller gets the same problem
     * @throws IllegalArgumentException and the like, which the same input brings about again; the caller gets 500, which is
     *     not retryable. After any other exception the 500 is retryable
     */
    OperationResult handle(OperationContext operation) throws OperationRefused;
}
