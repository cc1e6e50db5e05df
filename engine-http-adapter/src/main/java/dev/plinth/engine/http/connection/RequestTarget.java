package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The request target as it was sent (RFC 9112 §3.2), split into path and query and not interpreted.
 *
 * <p>Jetty's own reading is not used: it takes {@code //a/b} for a host and a path, resolves dots and cuts parameters.
 * A path that two readers read differently is a way around the rules of one of them. The host of an absolute target is
 * not kept, because one server answers for all hosts; {@code Host} beside it is ignored (RFC 9112 §3.2.2).
 *
 * @param path the path, percent-encoded as sent, starting with {@code /}
 * @param query the part after the first {@code ?}; null if there is none
 */
public record RequestTarget(String path, @Nullable String query) {
    private static final char FIRST_PRINTABLE = '!';
    private static final char LAST_PRINTABLE = '~';

    /**
     * Reads a target.
     *
     * @throws FramingException if it has none of the forms that this server answers
     */
    static RequestTarget parse(String method, String raw) {
        checkCharacters(raw);
        if (raw.startsWith("/")) {
            return split(raw);
        }
        if (raw.equals("*") && method.equals("OPTIONS")) {
            // The server as a whole has no answer of its own. The root is the nearest route.
            return new RequestTarget("/", null);
        }
        String lower = raw.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http://")) {
            return absolute(raw.substring("http://".length()));
        }
        if (lower.startsWith("https://")) {
            return absolute(raw.substring("https://".length()));
        }
        throw new FramingException("a request target that starts with neither \"/\" nor \"http://\"");
    }

    private static void checkCharacters(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            char character = raw.charAt(i);
            if (character < FIRST_PRINTABLE || character > LAST_PRINTABLE) {
                throw new FramingException("a request target with a character that is not printable ASCII");
            }
            if (character == '#') {
                throw new FramingException("a request target with a fragment");
            }
        }
    }

    private static RequestTarget absolute(String rest) {
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
            end++;
        }
        String authority = rest.substring(0, end);
        if (authority.isEmpty() || authority.indexOf('@') >= 0) {
            throw new FramingException("an absolute request target without a host, or with a user");
        }
        String pathAndQuery = rest.substring(end);
        return split(pathAndQuery.startsWith("/") ? pathAndQuery : "/" + pathAndQuery);
    }

    private static RequestTarget split(String pathAndQuery) {
        int mark = pathAndQuery.indexOf('?');
        return mark < 0
                ? new RequestTarget(pathAndQuery, null)
                : new RequestTarget(pathAndQuery.substring(0, mark), pathAndQuery.substring(mark + 1));
    }
}
