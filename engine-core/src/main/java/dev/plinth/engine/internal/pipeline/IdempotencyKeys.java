package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.idempotency.Fingerprint;

/** Reads the header Idempotency-Key: a bare token or a quoted string (RFC 8941 §3.3.3) of the same characters is the same key. */
final class IdempotencyKeys {
    private static final String HOST = "host ";

    private IdempotencyKeys() {}

    /** Returns what tells a request from others under the same key. */
    static Fingerprint fingerprint(Request request) {
        Route route = request.route();
        // The host may answer at a path of the engine too, and an answer of its own is no answer of that route.
        String path = route.isOfHost() ? HOST + request.path() : request.path();
        return route.body().isJson()
                ? Fingerprint.of(route.method(), path, request.query(), request.body(), request::json)
                : Fingerprint.of(route.method(), path, request.query(), request.body());
    }

    static String read(String header) {
        if (header.indexOf(Call.REPEATED) >= 0) {
            throw RefusedException.of(
                    ProblemCode.IDEMPOTENCY_KEY_INVALID,
                    "The header Idempotency-Key was sent more than once. Send it once.");
        }
        String text = header.strip();
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        String key = quoted ? unescaped(text.substring(1, text.length() - 1)) : text;
        check(key);
        return key;
    }

    private static void check(String key) {
        int odd = firstUnprintable(key);
        if (key.isEmpty() || key.length() > Limits.IDEMPOTENCY_KEY_LENGTH_MAX || odd >= 0) {
            String found = odd < 0
                    ? key.length() + " characters"
                    : "character " + (odd + 1) + " as " + Quoted.of(key.substring(odd, odd + 1));
            throw RefusedException.of(
                    ProblemCode.IDEMPOTENCY_KEY_INVALID,
                    "Idempotency-Key must be 1 to " + Limits.IDEMPOTENCY_KEY_LENGTH_MAX
                            + " printable ASCII characters, got " + found + ". Send a UUID.");
        }
    }

    /** Returns the refusal of a missing key that the host requires. */
    static RefusedException missing() {
        return RefusedException.of(
                ProblemCode.IDEMPOTENCY_KEY_MISSING,
                "This route needs the header Idempotency-Key. Send a new UUID with each new request.");
    }

    /** Returns the refusal of a key that was used for another request. */
    static Refusal reused() {
        return Refusal.of(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                "This Idempotency-Key was used for another request. Use a new key for each new request.");
    }

    /** Returns the refusal of a key whose first request is still running. */
    static Refusal inUse() {
        return Refusal.of(
                        ProblemCode.IDEMPOTENCY_KEY_IN_USE,
                        "The first request with this Idempotency-Key is still running. Repeat the request to get its answer.")
                .retryAfter(1);
    }

    /** Returns the place of the first character that is not printable ASCII; -1 if all are. */
    private static int firstUnprintable(String key) {
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) < ' ' || key.charAt(i) > '~') {
                return i;
            }
        }
        return -1;
    }

    private static String unescaped(String text) {
        StringBuilder key = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escape = c == '\\' && i + 1 < text.length() && "\\\"".indexOf(text.charAt(i + 1)) >= 0;
            key.append(escape ? text.charAt(++i) : c);
        }
        return key.toString();
    }
}
