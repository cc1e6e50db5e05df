package dev.plinth.engine.internal.webhook;

import java.net.URI;
import java.util.Locale;
import org.apache.hc.core5.http.HttpHost;

/**
 * The part of an endpoint's URL that says where to connect to, and the rest of it.
 *
 * <p>It is read from the authority, because {@link URI#getHost} knows no host name with an underscore.
 *
 * @param scheme {@code http} or {@code https}
 * @param host the name or literal address, as the resolver is asked for it: an IPv6 address in brackets
 * @param port the port, the scheme's own where the URL has none
 * @param authority what the request names as its host
 * @param path path and query, at least {@code /}
 */
record Target(String scheme, String host, int port, String authority, String path) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Reads a URL that {@link WebhookUrl} has accepted. */
    static Target of(URI url) {
        String scheme = url.getScheme().toLowerCase(Locale.ROOT);
        String authority = url.getRawAuthority();
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery();
        return new Target(
                scheme,
                hasPort ? authority.substring(0, colon) : authority,
                hasPort ? Integer.parseInt(authority.substring(colon + 1)) : port(scheme),
                authority,
                query == null ? path : path + "?" + query);
    }

    /** Returns true if the connection is to be encrypted. */
    boolean isTls() {
        return scheme.equals("https");
    }

    /** Returns host and port in one spelling, by which connections are kept and bounds are counted. */
    String hostAndPort() {
        return host.toLowerCase(Locale.ROOT) + ":" + port;
    }

    /** Returns the same in the client's own words, without the brackets of an IPv6 address. */
    HttpHost endpoint() {
        boolean isLiteral = host.startsWith("[") && host.endsWith("]");
        return new HttpHost(scheme, isLiteral ? host.substring(1, host.length() - 1) : host, port);
    }

    private static int port(String scheme) {
        return scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
    }
}
