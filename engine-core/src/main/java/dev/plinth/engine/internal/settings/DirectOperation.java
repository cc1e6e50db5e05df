package dev.plinth.engine.internal.settings;

import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.handler.CallContext;
import dev.plinth.engine.handler.CallHandler;
import dev.plinth.engine.internal.json.RecordType;

/** An operation without a resource, with the class of its input. */
public record DirectOperation<I extends Record>(Class<I> input, RecordType type, CallHandler<I> handler) {
    public Object call(Object given, CallContext call) throws OperationRefused {
        return handler.handle(input.cast(given), call);
    }
}
