package dev.plinth.engine.http.call;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * The pages of other origins whose scripts may call this server and read its answers (the CORS protocol of the Fetch
 * standard).
 *
 * <p>A caller authenticates by a header that its script sets, never by what a browser adds by itself. So no answer
 * allows credentials, and a foreign page gains nothing that it could not do from a server.
 *
 * @param origins as browsers send them; empty if only pages of this server may read answers
 */
public record Cors(Set<String> origins) {
    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private static final String REQUEST_HEADERS = "Accept, Authorization, Content-Type, Idempotency-Key, If-Match,"
            + " If-None-Match, Last-Event-ID, Prefer, traceparent, tracestate";
    private static final String EXPOSED_HEADERS = "ETag, Idempotent-Replayed, Location, Original-Request,"
            + " Preference-Applied, RateLimit, RateLimit-Policy, Request-Id, Retry-After, WWW-Authenticate";
    private static final String MAX_AGE_SECONDS = "600";
    private static final byte[] NO_BODY = {};

    /**
     * Returns an origin as browsers send it.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static String checkedOrigin(String origin) {
        if (!isOrigin(origin)) {
            throw new IllegalArgumentException("origin must be as a browser sends it, such as https://app.example.com,"
                    + " got \"" + origin + "\". Give scheme, host and a port that is not the scheme's own, in lower"
                    + " case and without a path.");
        }
        return origin;
    }

    private static boolean isOrigin(String origin) {
        URI uri;
        try {
            uri = URI.create(origin);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
        String scheme = String.valueOf(uri.getScheme());
        int ownPort = scheme.equals("https") ? 443 : 80;
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return (scheme.equals("https") || scheme.equals("http"))
                && uri.getHost() != null
                && uri.getPort() != ownPort
                && origin.equals((scheme + "://" + uri.getHost() + port).toLowerCase(Locale.ROOT));
    }

    /**
     * Returns the answer to a browser that asks whether a page may make a call. Empty for any other call, also from a
     * page of another origin, whose browser then sees no permission in the usual answer.
     */
    public Optional<Reply> preflight(Call head) {
        if (origins.isEmpty()
                || !head.method().equals("OPTIONS")
                || !isAllowed(head.headers().get("origin"))
                || !head.headers().containsKey("access-control-request-method")) {
            return Optional.empty();
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Access-Control-Allow-Methods", METHODS);
        headers.put("Access-Control-Allow-Headers", REQUEST_HEADERS);
        headers.put("Access-Control-Max-Age", MAX_AGE_SECONDS);
        headers.put("Cache-Control", "no-store");
        return Optional.of(Reply.of(204, headers, NO_BODY));
    }

    private boolean isAllowed(@Nullable String origin) {
        return origin != null && origins.contains(origin);
    }

    /** Adds the permission to any answer, refusals included, because a page has to read these too. */
    public void addTo(HttpFields request, HttpFields.Mutable response) {
        if (origins.isEmpty()) {
            return;
        }
        response.add(HttpHeader.VARY, "Origin");
        List<HttpField> sent = request.getFields("Origin");
        String origin = sent.size() == 1 ? sent.get(0).getValue() : null;
        if (isAllowed(origin)) {
            response.put("Access-Control-Allow-Origin", origin);
            response.put("Access-Control-Expose-Headers", EXPOSED_HEADERS);
        }
    }
}
