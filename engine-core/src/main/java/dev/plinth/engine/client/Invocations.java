package dev.plinth.engine.client;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.wire.Wire;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes invocations of one caller.
 *
 * @param headers the caller's credential, or none
 * @param host the workspace for which the host's own code calls, or null
 */
record Invocations(
        Wire wire,
        RequestDispatcher dispatcher,
        Request.Headers headers,
        @Nullable Id host) {
    static final byte[] NO_BODY = {};

    /** Makes invocations that carry a credential. */
    static Invocations with(Wire wire, RequestDispatcher dispatcher, String credential) {
        return new Invocations(wire, dispatcher, Request.Headers.of("Bearer " + credential), null);
    }

    /** Makes invocations of the host's own code for a workspace. */
    static Invocations byHost(Wire wire, RequestDispatcher dispatcher, Id workspace) {
        return new Invocations(wire, dispatcher, Request.Headers.NONE, workspace);
    }

    <T> Invocation<T> of(String operation, List<String> pathValues, byte[] body, Function<Json, T> reader) {
        return Invocation.of(this, operation, pathValues, body, reader);
    }

    <T> Invocation<T> of(String operation, List<String> pathValues, Function<Json, T> reader) {
        return of(operation, pathValues, NO_BODY, reader);
    }

    <T extends WireValue> Listing<T> list(String operation, List<String> pathValues, Class<T> type) {
        return Listing.of(this, operation, pathValues, type);
    }

    /** Makes a request to the route with a name. */
    Request request(
            String operation, List<String> pathValues, @Nullable String query, Request.Headers headers, byte[] body) {
        Request request = wire.request(operation, pathValues, query, headers, body);
        return host == null ? request : request.byHostFor(host);
    }

    /** Leaves the credential out. */
    @Override
    public String toString() {
        return "Calls";
    }
}
