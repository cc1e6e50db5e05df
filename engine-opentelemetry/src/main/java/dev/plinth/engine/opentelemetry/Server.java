package dev.plinth.engine.opentelemetry;

import io.opentelemetry.api.trace.SpanBuilder;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * The server of a request, as {@code server.address} and {@code server.port} name it. Immutable.
 *
 * @param address a name or an address, without the brackets of IPv6
 * @param port 1 to 65,535, or 0 if it is unknown
 */
record Server(String address, int port) {
    /** The longest name that DNS has, with the dot at its end. */
    private static final int ADDRESS_LENGTH_MAX = 254;

    private static final int PORT_MAX = 65_535;
    private static final int PORT_DIGITS_MAX = 5;
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /**
     * Reads the header {@code Host} (RFC 9110 §7.2). Returns empty if it names no server.
     *
     * @param scheme the scheme of the request, whose port counts if the header names none
     */
    static Optional<Server> of(String authority, Optional<String> scheme) {
        int colon = authority.lastIndexOf(':');
        boolean isBare = colon < 0 || colon < authority.lastIndexOf(']');
        String address = withoutBrackets(isBare ? authority : authority.substring(0, colon));
        String digits = isBare ? "" : authority.substring(colon + 1);
        if (address.isEmpty() || address.length() > ADDRESS_LENGTH_MAX) {
            return Optional.empty();
        }
        return Optional.of(new Server(
                address, digits.isEmpty() ? scheme.map(Server::portOf).orElse(0) : port(digits)));
    }

    /** Returns the server of a URL. Takes names that {@link URI#getHost} does not know, such as those with a low line. */
    static Optional<Server> of(URI url) {
        return of(ShownUrl.authority(url), Optional.of(url.getScheme()));
    }

    /** Tells a span of it. */
    void addTo(SpanBuilder span) {
        span.setAttribute(AttributeKeys.SERVER_ADDRESS, address);
        if (port > 0) {
            span.setAttribute(AttributeKeys.SERVER_PORT, (long) port);
        }
    }

    private static int portOf(String scheme) {
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case "http" -> HTTP;
            case "https" -> HTTPS;
            default -> 0;
        };
    }

    private static int port(String digits) {
        boolean isNumber =
                digits.length() <= PORT_DIGITS_MAX && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        int port = isNumber ? Integer.parseInt(digits) : 0;
        return port > PORT_MAX ? 0 : port;
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
