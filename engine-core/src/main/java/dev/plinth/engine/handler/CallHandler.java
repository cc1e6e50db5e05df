package dev.plinth.engine.handler;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationRefused;

/**
 * The host's code for a synchronous operation without a resource. It runs like an {@link OperationHandler}.
 *
 * @param <I> the record class of the input
 */
@FunctionalInterface
public interface CallHandler<I extends Record> {
    /**
     * Runs the operation.
     *
     * @param input the input, which has all members that its class requires
     * @return the result: a record, a map or a {@link Json}, of at most 128 KiB
     * @throws OperationRefused to refuse the input with 422
     */
    Object handle(I input, CallContext call) throws OperationRefused;
}
