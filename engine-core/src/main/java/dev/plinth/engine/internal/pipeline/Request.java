package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.json.MalformedJsonException;
import dev.plinth.engine.internal.list.Cursors;
import dev.plinth.engine.log.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A call to one route, from the wire or from the typed client. The body is parsed at most once. Not thread-safe; one
 * object, one request.
 */
public final class Request {
    private static final String AUTHORIZATION = "authorization";
    private static final String IDEMPOTENCY_KEY = "idempotency-key";
    private static final String IF_MATCH = "if-match";

    private final Route route;
    private final String method;
    private final List<String> pathValues;
    private final @Nullable String query;
    private final Headers headers;
    private byte[] body;
    private boolean bodyTooLarge;
    private @Nullable String noRoom;
    private @Nullable String noPlace;
    private LongPredicate memory = JsonReader.ANY_MEMORY;
    private @Nullable JsonValue parsed;
    private @Nullable MalformedJsonException malformed;
    private @Nullable String path;
    private @Nullable String scheme;
    private @Nullable Id host;
    private @Nullable SecretCipher cipher;
    private @Nullable Id workspace;
    private @Nullable Id id;
    private @Nullable String key;

    /**
     * A request.
     *
     * @param method the method as sent, which may be HEAD where the route says GET
     * @param pathValues the values of the path's variables in order
     * @param query the query as sent, or null
     * @param body the body, empty if there is none
     * @param bodyTooLarge true if the body was longer than what was read of it
     */
    public Request(
            Route route,
            String method,
            List<String> pathValues,
            @Nullable String query,
            Headers headers,
            byte[] body,
            boolean bodyTooLarge) {
        this.route = route;
        this.method = method;
        this.pathValues = pathValues;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.bodyTooLarge = bodyTooLarge || body.length > route.body().bytesMax();
    }

    /** Tells the path as it was sent, which spares making it again unless it is percent-encoded. */
    public Request sentTo(String sentPath) {
        if (sentPath.indexOf('%') < 0) {
            path = sentPath;
        }
        return this;
    }

    /** Tells the path of a call that the host's own code answers: as it was sent, also where it is percent-encoded. */
    public Request forHostAt(String sentPath) {
        path = sentPath;
        return this;
    }

    /** Tells the scheme of the connection that brought the call, or null if it is unknown. */
    public Request sentBy(@Nullable String sentScheme) {
        scheme = sentScheme;
        return this;
    }

    /** Takes a body that is parsed already. */
    public Request having(JsonValue json) {
        parsed = json;
        return this;
    }

    /** Takes the body of a request whose headers came before it. */
    void received(byte[] bytes, boolean tooLarge) {
        body = bytes;
        bodyTooLarge = tooLarge || bytes.length > route.body().bytesMax();
    }

    /** Notes what gives memory for the values of the body. */
    void reservesMemoryBy(LongPredicate given) {
        memory = given;
    }

    /** Notes that there is no memory for the body or the answer, with the sentence that says so. */
    void lacksRoom(String sentence) {
        noRoom = sentence;
    }

    /** Returns why there is no memory for the body or the answer, or null if there is. */
    @Nullable
    String noRoom() {
        return noRoom;
    }

    /** Notes that there is no place for the stream, with the sentence that says so. */
    void lacksPlace(String sentence) {
        noPlace = sentence;
    }

    /** Returns why there is no place for the stream, or null if there is. */
    @Nullable
    String noPlace() {
        return noPlace;
    }

    /** Makes it a call of the host's own code for a workspace, which needs no credential. Never for what came over a wire. */
    public Request byHostFor(Id workspace) {
        host = workspace;
        return this;
    }

    /** Returns the workspace for which the host's own code calls, or null if a credential names the caller. */
    @Nullable
    Id host() {
        return host;
    }

    /**
     * Tells its id, its idempotency key, for which workspace it is, once that is known, and what enciphers the cursors of
     * its lists.
     */
    void admitted(Id as, @Nullable String under, Id to, SecretCipher with) {
        id = as;
        key = under;
        workspace = to;
        cipher = with;
    }

    /** Returns its id, once it was let in. */
    public Id id() {
        if (id == null) {
            throw new IllegalStateException("Expected a request that was let in, but it was not; it has no id yet.");
        }
        return id;
    }

    /** Returns true if it is for this workspace; false as long as its caller is not known. */
    public boolean isFor(Id other) {
        return other.equals(workspace);
    }

    /** Returns its idempotency key without quotes, once it was let in; null if none was sent, and for a read. */
    public @Nullable String key() {
        return key;
    }

    /**
     * Returns the cursors of a list, as its caller may see them.
     *
     * @param filter names the list and its filters
     */
    public Cursors cursors(String filter) {
        if (cipher == null || workspace == null) {
            throw new IllegalStateException(
                    "Expected a request that was let in, but it was not; its caller is not known.");
        }
        return new Cursors(cipher, workspace, filter);
    }

    /** Returns the called route. */
    public Route route() {
        return route;
    }

    /** The method as sent. */
    String method() {
        return method;
    }

    /** Returns its cost in rate-limit units. */
    int units() {
        return route.units(pathValues);
    }

    /** The value of a path variable. */
    public String pathValue(int index) {
        return pathValues.get(index);
    }

    /** The query as sent, or null. */
    public @Nullable String query() {
        return query;
    }

    /** The headers that matter. */
    public Headers headers() {
        return headers;
    }

    /** The body as it came. */
    public byte[] body() {
        return body;
    }

    /** The path with its values. */
    public String path() {
        String known = path;
        if (known == null) {
            known = pathValues.isEmpty() ? route.path() : filledIn(route.path());
            path = known;
        }
        return known;
    }

    /** The scheme of the connection that brought the call, or null if it is unknown. */
    @Nullable
    String scheme() {
        return scheme;
    }

    private String filledIn(String template) {
        StringBuilder filled = new StringBuilder(template.length() + 64);
        int value = 0;
        int at = 0;
        int open = template.indexOf('{');
        while (open >= 0) {
            filled.append(template, at, open).append(pathValues.get(value++));
            at = template.indexOf('}', open) + 1;
            open = template.indexOf('{', at);
        }
        return filled.append(template, at, template.length()).toString();
    }

    /** The parsed body; null if there is none or it is not taken as JSON, for which {@link #parseError} tells why. */
    public @Nullable JsonValue json() {
        parse();
        return parsed;
    }

    /** Why the body is not taken as JSON; null if it is, or if there is none. */
    public @Nullable String parseError() {
        parse();
        return malformed == null ? null : malformed.sentence();
    }

    /** The pointer of an array of the body that has more items than the route takes; null if there is none. */
    public @Nullable String excess() {
        parse();
        return malformed == null ? null : malformed.excess();
    }

    /** True if the body is not even JSON by its grammar. */
    boolean isNoJson() {
        parse();
        return malformed != null && !malformed.isGrammatical();
    }

    /** True if the body begins as an object or an array does: it is meant as JSON, whatever its type says. */
    boolean isMeantAsJson() {
        for (byte character : body) {
            switch (character) {
                case ' ', '\t', '\r', '\n' -> {}
                case '{', '[' -> {
                    return true;
                }
                default -> {
                    return false;
                }
            }
        }
        return false;
    }

    boolean isTooLarge() {
        return bodyTooLarge;
    }

    private void parse() {
        if (parsed != null || malformed != null || body.length == 0 || bodyTooLarge) {
            return;
        }
        try {
            parsed = JsonReader.readBody(body, route.body().itemsMax(), memory);
        } catch (MalformedJsonException e) {
            malformed = e;
        }
    }

    /** The headers of a request by lower-case name; null where one was not sent. Immutable. */
    public static final class Headers {
        private final Map<String, String> values;

        /** Takes the headers as they are; not copied. */
        public Headers(Map<String, String> values) {
            this.values = values;
        }

        public static final Headers NONE = new Headers(Map.of());

        /** A credential, and nothing else. */
        public static Headers of(String authorization) {
            return new Headers(Map.of(AUTHORIZATION, authorization));
        }

        /** The same under an idempotency key. */
        public Headers withIdempotencyKey(String key) {
            return with(IDEMPOTENCY_KEY, key);
        }

        /** The same on the condition that the thing is still in one of these versions. */
        public Headers withIfMatch(String tags) {
            return with(IF_MATCH, tags);
        }

        private Headers with(String name, String value) {
            Map<String, String> more = new HashMap<>(values);
            more.put(name, value);
            return new Headers(more);
        }

        /** The credential. */
        public @Nullable String authorization() {
            return values.get(AUTHORIZATION);
        }

        /** The idempotency key, as sent. */
        public @Nullable String idempotencyKey() {
            return values.get(IDEMPOTENCY_KEY);
        }

        /** The precondition of a change. */
        public @Nullable String ifMatch() {
            return values.get(IF_MATCH);
        }

        /** The precondition of a read. */
        public @Nullable String ifNoneMatch() {
            return values.get("if-none-match");
        }

        /** The host that the client has called, with its port if it named one. */
        @Nullable
        String host() {
            return values.get("host");
        }

        /** The caller's preferences. */
        public @Nullable String prefer() {
            return values.get("prefer");
        }

        /** The media types that the caller takes. */
        public @Nullable String accept() {
            return values.get("accept");
        }

        /** The type of the body. */
        public @Nullable String contentType() {
            return values.get("content-type");
        }

        /** The coding of the body. */
        public @Nullable String contentEncoding() {
            return values.get("content-encoding");
        }

        /** Returns the caller's place in a trace, or null if there is none or it is malformed. */
        @Nullable
        TraceParent trace() {
            return TraceParent.parse(values.get(TraceParent.HEADER))
                    .map(place -> place.withState(values.get(TraceParent.STATE_HEADER)))
                    .orElse(null);
        }

        /** The node that has forwarded the call, as far as the adapter has proved it; null if none has. */
        @Nullable
        String node() {
            String header = values.get("plinth-forwarded");
            return header == null || header.length() > Node.ID_LENGTH_MAX ? null : header;
        }

        /** The last event that a client of a stream has seen. */
        public @Nullable String lastEventId() {
            return values.get("last-event-id");
        }
    }
}
