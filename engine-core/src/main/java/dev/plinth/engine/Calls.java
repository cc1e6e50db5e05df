package dev.plinth.engine;

import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Pipeline;
import dev.plinth.engine.internal.wire.Wire;
import java.util.List;
import java.util.function.Function;

/** Makes invocations that carry one credential. */
record Calls(Wire wire, Pipeline pipeline, String credential) {
    private static final byte[] NO_BODY = {};

    <T> Invocation<T> of(String operation, List<String> pathValues, byte[] body, Function<JsonValue.Obj, T> reader) {
        return Invocation.of(this, operation, pathValues, body, json -> reader.apply((JsonValue.Obj) json));
    }

    <T> Invocation<T> of(String operation, List<String> pathValues, Function<JsonValue.Obj, T> reader) {
        return of(operation, pathValues, NO_BODY, reader);
    }

    /** Nothing of the credential. */
    @Override
    public String toString() {
        return "Calls";
    }
}
