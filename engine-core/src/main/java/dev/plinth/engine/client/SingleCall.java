package dev.plinth.engine.client;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.internal.pipeline.Request;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A call of one route, with one answer. */
final class SingleCall<T> extends Invocation<T> {
    SingleCall(
            Invocations invocations,
            String operation,
            List<String> pathValues,
            @Nullable String query,
            Request.Headers headers,
            byte[] body,
            Function<Json, T> reader) {
        super(invocations, operation, pathValues, query, headers, body, reader);
    }
}
