package dev.plinth.engine;

import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.internal.json.RecordType;

/** An operation without a resource, with the class of its input. */
record DirectOperation<I extends Record>(Class<I> input, RecordType type, CallHandler<I> handler) {
    Object call(Object given, CallContext call) throws OperationRefused {
        return handler.handle(input.cast(given), call);
    }
}
