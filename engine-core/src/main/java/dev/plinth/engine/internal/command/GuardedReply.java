package dev.plinth.engine.internal.command;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Outcome;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the replies of the host's own code to the calls that the engine guards. */
final class GuardedReply {
    /** Headers that the engine sets on each answer, those of one connection (RFC 9110 §7.6.1), and cookies. */
    private static final Set<String> NOT_OF_THE_HOST = Set.of(
            "request-id",
            "ratelimit",
            "ratelimit-policy",
            "idempotent-replayed",
            "original-request",
            "preference-applied",
            "connection",
            "content-length",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private GuardedReply() {}

    /**
     * Returns what is wrong with a reply and what to do; null if it can be sent and remembered.
     *
     * @param bodyBytesMax bytes that its body may have
     */
    static @Nullable String error(Reply reply, int bodyBytesMax) {
        int status = reply.status();
        if (status < 200 || status > 599) {
            return "The status must be 200 to 599, got " + status + ". Use one of those.";
        }
        if (reply.rest().isPresent()) {
            return "The body must be complete, got a stream. Return all of its bytes.";
        }
        if (reply.body().length > bodyBytesMax) {
            return "The body may have " + bodyBytesMax + " bytes, got " + reply.body().length
                    + ". Return less, or the address of the rest.";
        }
        if ((status == 204 || status == 304) && reply.body().length > 0) {
            return "A reply with status " + status + " has no body, got " + reply.body().length
                    + " bytes. Use another status.";
        }
        return headerError(reply.headers());
    }

    /** Returns a reply without errors as an outcome. */
    static Outcome.HostReply outcome(Reply reply) {
        return new Outcome.HostReply(reply.status(), new LinkedHashMap<>(reply.headers()), reply.body());
    }

    private static @Nullable String headerError(Map<String, String> headers) {
        if (headers.size() > Limits.GUARDED_HEADERS_MAX) {
            return "A reply may have " + Limits.GUARDED_HEADERS_MAX + " headers, got " + headers.size()
                    + ". Leave some out.";
        }
        Map<String, String> seen = new LinkedHashMap<>();
        for (Map.Entry<String, String> header : headers.entrySet()) {
            String name = header.getKey();
            if (!isToken(name)) {
                return "The name of a header must be a token (RFC 9110 §5.6.2). Use letters, digits and hyphens.";
            }
            String key = name.toLowerCase(Locale.ROOT);
            if (NOT_OF_THE_HOST.contains(key)) {
                return "The header " + name + " is not the host's. Leave it out.";
            }
            if (seen.put(key, name) != null) {
                return "The header " + name + " is there twice. Join its values with commas.";
            }
            if (!isText(header.getValue())) {
                return "The value of the header " + name + " must be printable ASCII. Encode other characters.";
            }
        }
        int chars = chars(headers);
        return chars <= Limits.GUARDED_HEADER_CHARS_MAX
                ? null
                : "Headers may have " + Limits.GUARDED_HEADER_CHARS_MAX + " characters together, got " + chars
                        + ". Put some of them into the body.";
    }

    private static int chars(Map<String, String> headers) {
        int chars = 0;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            chars += header.getKey().length() + header.getValue().length();
        }
        return chars;
    }

    private static boolean isToken(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean known = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!known && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isText(@Nullable String value) {
        if (value == null) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\t' && (c < ' ' || c > '~')) {
                return false;
            }
        }
        return true;
    }
}
