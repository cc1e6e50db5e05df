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
 * {@code last-event-id}, {@code traceparent} and {@code tracestate}, and ignores others. An {@code EngineObserver} learns of {@code host}. The values of a repeated header are joined with {@code ", "} (RFC 9110
 * §5.3). The values of a repeated {@code idempotency-key}, which may hold commas, are joined with {@link #REPEATED};
 * the engine refuses such a call.
 *
 * <p>An adapter leaves out {@code plinth-forwarded}, unless another node of the log has proved that it is the sender.
 *
 * <p>Immutable but for the body, which is not copied.
 */
public final class Call {
    /** Separates the values of a header that must not be repeated: a line feed, which no value contains. */
    public static final char REPEATED = '\n';

    private static final byte[] NO_BODY = {};

    private final String method;
    private final String path;
    private final @Nullable String query;
    private final Map<String, String> headers;
    private final byte[] body;
    private final boolean bodyTooLarge;
    private final @Nullable String scheme;

    private Call(Call other, Map<String, String> headers, byte[] body, boolean bodyTooLarge, @Nullable String scheme) {
        this.method = other.method;
        this.path = other.path;
        this.query = other.query;
        this.headers = Objects.requireNonNull(headers, "headers must not be null.");
        this.body = body;
        this.bodyTooLarge = bodyTooLarge;
        this.scheme = scheme;
    }

    private Call(String method, String path, @Nullable String query, Map<String, String> headers) {
        this.method = Objects.requireNonNull(method, "method must not be null.");
        this.path = Objects.requireNonNull(path, "path must not be null.");
        this.query = query;
        this.headers = Objects.requireNonNull(headers, "headers must not be null.");
        this.body = NO_BODY;
        this.bodyTooLarge = false;
        this.scheme = null;
    }

    /** Returns a call without headers and body. The {@code with…} methods add them. */
    public static Call of(String method, String pathAndQuery) {
        Objects.requireNonNull(pathAndQuery, "pathAndQuery must not be null.");
        int mark = pathAndQuery.indexOf('?');
        String path = mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
        String query = mark < 0 ? null : pathAndQuery.substring(mark + 1);
        return new Call(method, path, query, Map.of());
    }

    /**
     * Returns a call without a body.
     *
     * @param method the method as sent, in capitals: {@code GET}, {@code HEAD}, {@code POST}, {@code PUT},
     *     {@code PATCH}, {@code DELETE}
     * @param path the path as sent, without query and still percent-encoded, starting with {@code /}
     * @param query the query as sent, without {@code ?}; null if there was none
     * @param headers header values by lower-case name; not copied, and not to be changed afterwards
     */
    public static Call of(String method, String path, @Nullable String query, Map<String, String> headers) {
        return new Call(method, path, query, headers);
    }

    /** Returns the method as sent, in capitals. */
    public String method() {
        return method;
    }

    /** Returns the path as sent, without query and still percent-encoded. */
    public String path() {
        return path;
    }

    /** Returns the query as sent, without {@code ?}; null if there was none. */
    public @Nullable String query() {
        return query;
    }

    /** Returns the header values by lower-case name. */
    public Map<String, String> headers() {
        return headers;
    }

    /** Returns the body bytes, empty if there were none; not copied, and not to be changed. */
    public byte[] body() {
        return body;
    }

    /** Returns true if the adapter stopped reading because the body exceeds the route's limit. */
    public boolean bodyTooLarge() {
        return bodyTooLarge;
    }

    /** Returns {@code http} or {@code https}, as the connection that brought the call has it; null if it is unknown. */
    public @Nullable String scheme() {
        return scheme;
    }

    /** Returns the same call with one more header. The name may be in any case. */
    public Call withHeader(String name, String value) {
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(value, "value must not be null.");
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name.toLowerCase(Locale.ROOT), value);
        return new Call(this, more, body, bodyTooLarge, scheme);
    }

    /** Returns the same call with the scheme of its connection, which an {@code EngineObserver} learns. */
    public Call withScheme(String scheme) {
        return new Call(this, headers, body, bodyTooLarge, Objects.requireNonNull(scheme, "scheme must not be null."));
    }

    /** Returns the same call with {@code Authorization: Bearer <secret>}. */
    public Call withKey(String secret) {
        return withHeader("authorization", "Bearer " + Objects.requireNonNull(secret, "secret must not be null."));
    }

    /** Returns the same call with these body bytes, which are not copied and must not be changed afterwards. */
    public Call withBody(byte[] bytes) {
        return new Call(this, headers, Objects.requireNonNull(bytes, "bytes must not be null."), false, scheme);
    }

    /**
     * Returns the same call for an adapter that stopped reading because the body exceeds the route's limit. The engine
     * ignores the body, and refuses the call with 413 when its turn comes.
     */
    public Call withBodyTooLarge() {
        return new Call(this, headers, body, true, scheme);
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
