package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Digest;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The digest that tells two requests under one key apart: SHA-256 over method, path, sorted query and canonical body.
 */
public final class Fingerprint {
    private final byte[] digest;

    private Fingerprint(byte[] digest) {
        this.digest = digest;
    }

    /** Returns the fingerprint of a request whose body is empty or is not JSON. */
    public static Fingerprint of(String method, String path, @Nullable String query, byte[] body) {
        return new Fingerprint(
                head(method, path, query).bytes(body, 0, body.length).bytes());
    }

    /** Returns the fingerprint of a request whose body is JSON. */
    public static Fingerprint of(String method, String path, @Nullable String query, JsonValue body) {
        JsonBytes canonical = new JsonBytes().sorted(body);
        return new Fingerprint(head(method, path, query).rendered(canonical).bytes());
    }

    private static Digest head(String method, String path, @Nullable String query) {
        return new Digest()
                .text(method)
                .end()
                .text(path)
                .end()
                .text(sorted(query))
                .end();
    }

    static Fingerprint of(byte[] digest) {
        return new Fingerprint(digest);
    }

    byte[] digest() {
        return digest;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Fingerprint fingerprint && Arrays.equals(digest, fingerprint.digest);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digest);
    }

    private static String sorted(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return "";
        }
        String[] pairs = query.split("&");
        Arrays.sort(pairs);
        return String.join("&", pairs);
    }
}
