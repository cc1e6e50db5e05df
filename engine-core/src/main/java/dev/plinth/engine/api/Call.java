package dev.plinth.engine.api;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request as bytes. An adapter or the host hands it to the engine.
 *
 * <p>The engine reads the headers {@code authorization}, {@code idempotency-key}, {@code if-match},
 * {@code if-none-match}, {@code prefer}, {@code accept}, {@code content-type}, {@code content-encoding},
 * {@code last-event-id}, {@code traceparent} and {@code tracestate}, and ignores others. An {@link EngineObserver} learns of {@code host}. The values of a repeated header are joined with {@code ", "} (RFC 9110
 * §5.3). The values of a repeated {@code idempotency-key}, which may hold commas, are joined with {@link #REPEATED};
 * the engine refuses such a call.
 *
 * <p>An adapter leaves out {@code plinth-forwarded}, unless another node of the log has proved that it is the sender.
 *
 * @param method the method as sent, in capitals: {@code GET}, {@code HEAD}, {@code POST}, {@code PUT}, {@code PATCH}, {@code DELETE}
 * @param path the path as sent, without query and still percent-encoded, starting with {@code /}
 * @param query the query as sent, without {@code ?}; null if there was none
 * @param headers header values by lower-case name
 * @param body the body bytes, empty if there were none; not copied, and not to be changed afterwards
 * @param bodyTooLarge true when the adapter stopped reading because the body exceeds the route's limit. The engine then
 *     ignores {@code body} and refuses the call with 413 when its turn comes
 * @param scheme {@code http} or {@code https}, as the connection that brought the call has it; null if it is unknown. It
 *     is for an {@link EngineObserver} alone
 */
public record Call(
        String method,
        String path,
        @Nullable String query,
        Map<String, String> headers,
        byte[] body,
        boolean bodyTooLarge,
        @Nullable String scheme) {
    /** Separates the values of a header that must not be repeated: a line feed, which no value contains. */
    public static final char REPEATED = '\n';

    private static final byte[] NO_BODY = {};

    /** Refuses null. Copies nothing. */
    public Call {
        Objects.requireNonNull(method, "method must not be null.");
        Objects.requireNonNull(path, "path must not be null.");
        Objects.requireNonNull(headers, "headers must not be null.");
        Objects.requireNonNull(body, "body must not be null.");
    }

    /** Returns a call without query, headers and body. The {@code with…} methods add them. */
    public static Call of(String method, String pathAndQuery) {
        Objects.requireNonNull(pathAndQuery, "pathAndQuery must not be null.");
        int mark = pathAndQuery.indexOf('?');
        String path = mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
        String query = mark < 0 ? null : pathAndQuery.substring(mark + 1);
        return new Call(method, path, query, Map.of(), NO_BODY, false, null);
    }

    /** Returns the same call with one more header. The name may be in any case. */
    public Call withHeader(String name, String value) {
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(value, "value must not be null.");
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name.toLowerCase(Locale.ROOT), value);
        return new Call(method, path, query, more, body, bodyTooLarge, scheme);
    }

    /** Returns the same call with {@code Authorization: Bearer <secret>}. */
    public Call withKey(String secret) {
        return withHeader("authorization", "Bearer " + Objects.requireNonNull(secret, "secret must not be null."));
    }

    /** Returns the same call with these body bytes. */
    public Call withBody(byte[] bytes) {
        return new Call(method, path, query, headers, bytes, false, scheme);
    }

    /** Returns the same call with a JSON body. */
    public Call withBody(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return withBody(json.utf8());
    }

    /** Returns method and path. Leaves out headers and body, which may hold secrets. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
