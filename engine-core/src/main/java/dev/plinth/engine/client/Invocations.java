package dev.plinth.engine.client;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.wire.Wire;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes invocations of one caller.
 *
 * @param target the parts of the engine that take calls now
 * @param headers the caller's credential, or none
 * @param host the workspace for which the host's own code calls, or null
 */
record Invocations(
        Supplier<Target> target,
        Request.Headers headers,
        @Nullable Id host) {
    static final byte[] NO_BODY = {};

    /** Makes invocations that carry a credential. */
    static Invocations with(Supplier<Target> target, String credential) {
        return new Invocations(target, Request.Headers.of("Bearer " + credential), null);
    }

    /** Makes invocations of the host's own code for a workspace. */
    static Invocations byHost(Supplier<Target> target, Id workspace) {
        return new Invocations(target, Request.Headers.NONE, workspace);
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

    /** Returns the routes now; null while the node does not lead, so that the call will be refused. */
    @Nullable
    Wire wire() {
        try {
            return target.get().wire();
        } catch (PlinthException noLeader) {
            return null;
        }
    }

    /** Returns what takes requests now. */
    RequestDispatcher dispatcher() {
        return target.get().dispatcher();
    }

    /** Makes a request to the route with a name. */
    Request request(
            Wire wire,
            String operation,
            List<String> pathValues,
            @Nullable String query,
            Request.Headers headers,
            byte[] body) {
        Request request = wire.request(operation, pathValues, query, headers, body);
        return host == null ? request : request.byHostFor(host);
    }

    /** Leaves the credential out. */
    @Override
    public String toString() {
        return "Calls";
    }
}
