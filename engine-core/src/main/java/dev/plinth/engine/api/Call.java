package dev.plinth.engine.api;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One request as bytes: what an adapter or a host hands to the engine.
 *
 * <p>The engine reads the headers {@code authorization}, {@code idempotency-key}, {@code if-match}, {@code if-none-match},
 * {@code prefer}, {@code accept}, {@code content-type}, {@code content-encoding} and {@code last-event-id}; others are ignored. A header that
 * came more than once is joined with {@code ", "} (RFC 9110 §5.3); but {@code idempotency-key}, which is no list and may hold
 * commas, with {@link #REPEATED}, and is refused.
 *
 * @param method the method as sent, in capitals: {@code GET}, {@code HEAD}, {@code POST}, {@code PUT}, {@code PATCH}, {@code DELETE}
 * @param path the path as sent, without query and still percent-encoded, starting with {@code /}
 * @param query the query as sent, without {@code ?}; null if there was none
 * @param headers header values by lower-case name
 * @param body the body bytes, empty if there were none; not copied, and not to be changed afterwards
 * @param bodyTooLarge true when the adapter stopped reading because the body exceeds the route's limit; {@code body} is then
 *     ignored and the call is refused with 413 when its turn comes
 */
public record Call(
        String method,
        String path,
        @Nullable String query,
        Map<String, String> headers,
        byte[] body,
        boolean bodyTooLarge) {
    /** Stands between the values of a header that must not be repeated, and in no value: a line feed. */
    public static final char REPEATED = '\n';

    private static final byte[] NO_BODY = {};

    /** Checks that nothing is missing; it copies nothing. */
    public Call {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(headers, "headers");
        Objects.requireNonNull(body, "body");
    }

    /** A call with neither query nor headers nor body, to be completed with the {@code with…} methods. */
    public static Call of(String method, String pathAndQuery) {
        int mark = pathAndQuery.indexOf('?');
        String path = mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
        String query = mark < 0 ? null : pathAndQuery.substring(mark + 1);
        return new Call(method, path, query, Map.of(), NO_BODY, false);
    }

    /** The same call with one more header; the name in any case. */
    public Call withHeader(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name.toLowerCase(Locale.ROOT), value);
        return new Call(method, path, query, more, body, bodyTooLarge);
    }

    /** The same call with {@code Authorization: Bearer <secret>}. */
    public Call withKey(String secret) {
        return withHeader("authorization", "Bearer " + secret);
    }

    /** The same call with these body bytes. */
    public Call withBody(byte[] bytes) {
        return new Call(method, path, query, headers, bytes, false);
    }

    /** The same call with a JSON body. */
    public Call withBody(Json json) {
        return withBody(json.utf8());
    }

    /** Method and path; never headers or body, which may hold secrets. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
