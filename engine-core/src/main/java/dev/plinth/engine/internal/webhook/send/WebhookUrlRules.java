package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.problem.Quoted;
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

    static WebhookUrl read(String text, AddressFilter filter) {
        Optional<String> unreadable = unreadable(text);
        if (unreadable.isPresent()) {
            return new WebhookUrl.Refused(List.of(unreadable.get()));
        }
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches()) {
            return new WebhookUrl.Refused(
                    List.of(
                            "A URL must be like https://example.com/hooks, and this one has no \"://\" after a scheme. Write the whole URL."));
        }
        List<String> problems = new ArrayList<>();
        scheme(parts.group("scheme"), problems);
        authority(parts.group("authority"), filter, problems);
        if (!isTarget(parts.group("target"))) {
            problems.add(
                    "The path or query has a character that RFC 3986 does not allow, or a broken percent escape. Percent-encode it as %XX.");
        }
        if (parts.group("fragment") != null) {
            problems.add(
                    "A URL must have no fragment, because a fragment is never sent. Leave out the \"#\" and what follows it.");
        }
        return problems.isEmpty() ? new WebhookUrl.Accepted(URI.create(text)) : new WebhookUrl.Refused(problems);
    }

    /** Returns a problem that makes it pointless, or unsafe to echo, to look any further. */
    private static Optional<String> unreadable(String text) {
        if (text.length() > LENGTH_MAX) {
            return Optional.of("A URL may have " + LENGTH_MAX + " characters, and this one has " + text.length()
                    + ". Shorten its path or query.");
        }
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character <= ' ' || character > '~' || character == '\\') {
                return Optional.of(String.format(
                        Locale.ROOT,
                        "A URL must be visible ASCII without backslashes, and character %d is U+%04X."
                                + " Write the host in Punycode (xn--…) and percent-encode the rest.",
                        i + 1,
                        (int) character));
            }
        }
        return Optional.empty();
    }

    private static void scheme(String scheme, List<String> problems) {
        if (!scheme.equalsIgnoreCase("https") && !scheme.equalsIgnoreCase("http")) {
            problems.add("The scheme must be https or http, got " + Quoted.of(scheme) + ". Use https.");
        }
    }

    private static void authority(String authority, AddressFilter filter, List<String> problems) {
        if (authority.indexOf('@') >= 0) {
            // Not echoed, because the text before the @ is likely a password.
            problems.add(
                    "A URL must have no user or password before the host, and this one has an \"@\". Put credentials into the headers of the endpoint.");
            return;
        }
        Matcher parts = HOST_PORT.matcher(authority);
        if (!parts.matches()) {
            problems.add("A URL must have a host, or an IPv6 address in brackets, and at most one port, got "
                    + Quoted.of(authority) + ". Write host:port or [address]:port.");
            return;
        }
        WebhookHostRules.problem(parts.group("host"), filter).ifPresent(problems::add);
        port(parts.group("port"), problems);
    }

    private static void port(@Nullable String colonAndPort, List<String> problems) {
        if (colonAndPort == null) {
            return;
        }
        String port = colonAndPort.substring(1);
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) > PORT_MAX) {
            problems.add("The port must be 1 to " + PORT_MAX + ", got " + Quoted.of(port)
                    + ". Leave out the colon for the scheme's own port.");
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
