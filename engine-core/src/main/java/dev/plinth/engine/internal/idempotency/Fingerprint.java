package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What makes two requests the same: SHA-256 over method, path, sorted query and canonical body. */
public final class Fingerprint {
    private static final byte[] SEPARATOR = {0};

    private final byte[] digest;

    private Fingerprint(byte[] digest) {
        this.digest = digest;
    }

    /** The fingerprint of a request. */
    public static Fingerprint of(String method, String path, @Nullable String query, byte[] canonicalBody) {
        return new Fingerprint(Bytes.sha256(
                method.getBytes(StandardCharsets.UTF_8),
                SEPARATOR,
                path.getBytes(StandardCharsets.UTF_8),
                SEPARATOR,
                sorted(query).getBytes(StandardCharsets.UTF_8),
                SEPARATOR,
                canonicalBody));
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
