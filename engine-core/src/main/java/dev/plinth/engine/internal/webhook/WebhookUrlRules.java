package dev.plinth.engine.internal.webhook;

import java.net.URI;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The strict parser of endpoint URLs, which accepts one spelling of each thing (RFC 3986). A lenient parser might read
 * something else than the HTTP client or the resolver, and an attacker would use that difference.
 */
final class WebhookUrlRules {
    static final int LENGTH_MAX = 2048;
    private static final int PORT_MAX = 65535;

    private static final Pattern PARTS =
            Pattern.compile("(?<scheme>[^:/?#]*)://(?<authority>[^/?#]*)(?<target>[^#]*)(?<fragment>#.*)?");
    private static final Pattern HOST_PORT = Pattern.compile("(?<host>\\[[^\\]]*\\]|[^:\\[\\]]*)(?<port>:.*)?");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    /** {@code pchar} without the percent sign, the slash and the question mark (RFC 3986 §3.3, §3.4). */
    private static final String TARGET_CHARACTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?";

    private WebhookUrlRules() {}

    static WebhookUrl read(String text, AddressGuard guard) {
        Optional<String> unreadable = unreadable(text);
        if (unreadable.isPresent()) {
            return new WebhookUrl.Refused(List.of(unreadable.get()));
        }
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches()) {
            return new WebhookUrl.Refused(
                    List.of("Expected a URL such as https://example.com/hooks, but found no \"://\""
                            + " behind a scheme; write the whole URL."));
        }
        List<String> problems = new ArrayList<>();
        scheme(parts.group("scheme"), problems);
        authority(parts.group("authority"), guard, problems);
        if (!isTarget(parts.group("target"))) {
            problems.add("Expected a path and query of RFC 3986 characters, but found another or a broken percent"
                    + " escape; percent-encode it as %XX.");
        }
        if (parts.group("fragment") != null) {
            problems.add(
                    "Expected a URL without a fragment, but found \"#\"; a fragment is never sent, so leave it out.");
        }
        return problems.isEmpty() ? new WebhookUrl.Accepted(URI.create(text)) : new WebhookUrl.Refused(problems);
    }

    /** Returns a problem that makes it pointless, or unsafe to echo, to look any further. */
    private static Optional<String> unreadable(String text) {
        if (text.length() > LENGTH_MAX) {
            return Optional.of("Expected a URL of at most " + LENGTH_MAX + " characters, but it has " + text.length()
                    + "; shorten its path or query.");
        }
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character <= ' ' || character > '~' || character == '\\') {
                return Optional.of(String.format(
                        Locale.ROOT,
                        "Expected visible ASCII characters other than the backslash, but character %d is U+%04X; write the"
                                + " host in Punycode (xn--…) and percent-encode the rest.",
                        i + 1,
                        (int) character));
            }
        }
        return Optional.empty();
    }

    private static void scheme(String scheme, List<String> problems) {
        if (!scheme.equalsIgnoreCase("https") && !scheme.equalsIgnoreCase("http")) {
            problems.add("Expected the scheme https or http, but found \"" + scheme + "\"; use https.");
        }
    }

    private static void authority(String authority, AddressGuard guard, List<String> problems) {
        if (authority.indexOf('@') >= 0) {
            // Not echoed, because the text before the @ is likely a password.
            problems.add("Expected no user information before the host, but found \"@\"; put credentials into the"
                    + " endpoint's headers.");
            return;
        }
        Matcher parts = HOST_PORT.matcher(authority);
        if (!parts.matches()) {
            problems.add("Expected a host, or an IPv6 address in brackets, and at most one port, but found \""
                    + authority + "\"; write host:port or [address]:port.");
            return;
        }
        WebhookHostRules.problem(parts.group("host"), guard).ifPresent(problems::add);
        port(parts.group("port"), problems);
    }

    private static void port(@Nullable String colonAndPort, List<String> problems) {
        if (colonAndPort == null) {
            return;
        }
        String port = colonAndPort.substring(1);
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) > PORT_MAX) {
            problems.add("Expected a port from 1 to " + PORT_MAX + " behind the colon, but found \"" + port
                    + "\"; leave out the colon for the scheme's own port.");
        }
    }

    /**
     * Checks by a loop and not by a regular expression, because a repeated alternation recurses and 2,000 characters
     * overflow the stack.
     */
    private static boolean isTarget(String target) {
        int query = target.indexOf('?');
        for (int i = 0; i < target.length(); i++) {
            char character = target.charAt(i);
            // Brackets are not allowed in a query either, but ?a[]=1 is common and all readers agree on it.
            boolean bracketInQuery = query >= 0 && i > query && (character == '[' || character == ']');
            if (character == '%' && isHexDigit(target, i + 1) && isHexDigit(target, i + 2)) {
                i += 2;
            } else if (!bracketInQuery && TARGET_CHARACTERS.indexOf(character) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHexDigit(String text, int index) {
        return index < text.length() && HexFormat.isHexDigit(text.charAt(index));
    }
}
