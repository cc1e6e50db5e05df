package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.idempotency.Fingerprint;
import dev.plinth.engine.internal.json.JsonValue;

/** Reads the header Idempotency-Key: a bare token or a quoted string (RFC 8941 §3.3.3) of the same characters is the same key. */
final class IdempotencyKeys {
    private static final byte[] NO_BODY = {};

    private IdempotencyKeys() {}

    /** Returns the digest that tells a request from others under the same key. */
    static Fingerprint fingerprint(Request request) {
        JsonValue json = request.json();
        String method = request.route().method();
        return json == null
                ? Fingerprint.of(method, request.path(), request.query(), request.hasBody() ? request.body() : NO_BODY)
                : Fingerprint.of(method, request.path(), request.query(), json);
    }

    static String read(String header) {
        if (header.indexOf(Call.REPEATED) >= 0) {
            throw RefusedException.of(
                    ProblemCode.IDEMPOTENCY_KEY_INVALID,
                    "Expected the header Idempotency-Key once, but it is there more than once; send one key.");
        }
        String text = header.strip();
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        String key = quoted ? unescaped(text.substring(1, text.length() - 1)) : text;
        check(key);
        return key;
    }

    private static void check(String key) {
        if (key.isEmpty() || key.length() > Limits.IDEMPOTENCY_KEY_LENGTH_MAX || !isPrintable(key)) {
            throw RefusedException.of(
                    ProblemCode.IDEMPOTENCY_KEY_INVALID,
                    "Expected an Idempotency-Key of 1 to " + Limits.IDEMPOTENCY_KEY_LENGTH_MAX
                            + " printable ASCII characters, but got " + key.length()
                            + " characters or others; send a UUID.");
        }
    }

    /** Returns the refusal of a missing key that the host requires. */
    static RefusedException missing() {
        return RefusedException.of(
                ProblemCode.IDEMPOTENCY_KEY_MISSING,
                "Expected the header Idempotency-Key, which this route demands, but there is none; send a UUID.");
    }

    /** Returns the refusal of a key that was used for another request. */
    static Refusal reused() {
        return Refusal.of(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                "Expected the request that first used this Idempotency-Key, but it is another one; use a new key.");
    }

    /** Returns the refusal of a key whose first request is still running. */
    static Refusal inUse() {
        return Refusal.of(
                        ProblemCode.IDEMPOTENCY_KEY_IN_USE,
                        "Expected the first request with this Idempotency-Key to have ended, but it is still"
                                + " running; repeat the request.")
                .retryAfter(1);
    }

    private static boolean isPrintable(String key) {
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) < ' ' || key.charAt(i) > '~') {
                return false;
            }
        }
        return true;
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
