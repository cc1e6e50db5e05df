package dev.plinth.engine.internal.webhook.send;

import java.net.URI;
import java.util.Locale;
import org.apache.hc.core5.http.HttpHost;

/**
 * The address in an endpoint's URL, with the rest of the URL.
 *
 * <p>It is read from the authority, because {@link URI#getHost} accepts no host name with an underscore.
 *
 * @param scheme {@code http} or {@code https}
 * @param host the name or literal address for the resolver; an IPv6 address in brackets
 * @param port the port, or the scheme's default if the URL has none
 * @param authority the host that the request names
 * @param path path and query, at least {@code /}
 */
record WebhookTarget(String scheme, String host, int port, String authority, String path) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Reads a URL that {@link WebhookUrl} has accepted. */
    static WebhookTarget of(URI url) {
        String scheme = url.getScheme().toLowerCase(Locale.ROOT);
        String authority = url.getRawAuthority();
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery();
        return new WebhookTarget(
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

    /** Returns host and port in one spelling, by which connections are kept and limits are counted. */
    String hostAndPort() {
        return host.toLowerCase(Locale.ROOT) + ":" + port;
    }

    /** Returns host and port for the client, without the brackets of an IPv6 address. */
    HttpHost endpoint() {
        boolean isLiteral = host.startsWith("[") && host.endsWith("]");
        return new HttpHost(scheme, isLiteral ? host.substring(1, host.length() - 1) : host, port);
    }

    private static int port(String scheme) {
        return scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
    }
}
