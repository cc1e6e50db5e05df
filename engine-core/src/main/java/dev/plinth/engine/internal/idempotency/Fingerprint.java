package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.rows.Digest;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells two requests under one key apart, by two digests of 16 bytes, the first halves of SHA-256.
 *
 * <ul>
 *   <li>The digest as sent: method, path, query and body byte for byte. Two requests with the same one are the same.
 *   <li>The canonical digest: method, path, sorted query and canonical JSON. It decides where the other one differs.
 * </ul>
 *
 * <p>Each digest is made once and when it is needed, so that a repetition in the same bytes is not parsed. Not
 * thread-safe until {@link #complete} has returned.
 */
public final class Fingerprint {
    /** Bytes of both digests. */
    static final int BYTES = 2 * Id.BYTES;

    private static final byte[] NONE = {};
    private static final Supplier<@Nullable JsonValue> NO_JSON = () -> null;

    private final String method;
    private final String path;
    private final @Nullable String query;
    private final byte[] body;
    private final Supplier<? extends @Nullable JsonValue> json;
    private final byte[] digests = new byte[BYTES];
    private boolean hasSent;
    private boolean hasCanonical;

    private Fingerprint(
            String method,
            String path,
            @Nullable String query,
            byte[] body,
            Supplier<? extends @Nullable JsonValue> json) {
        this.method = method;
        this.path = path;
        this.query = query;
        this.body = body;
        this.json = json;
    }

    /** Returns the fingerprint of a request whose body is empty or is not JSON. */
    public static Fingerprint of(String method, String path, @Nullable String query, byte[] body) {
        return new Fingerprint(method, path, query, body, NO_JSON);
    }

    /**
     * Returns the fingerprint of a request.
     *
     * @param body the body as sent
     * @param json parses the body; gives null if it is empty or not JSON
     */
    public static Fingerprint of(
            String method,
            String path,
            @Nullable String query,
            byte[] body,
            Supplier<? extends @Nullable JsonValue> json) {
        return new Fingerprint(method, path, query, body, json);
    }

    /** Makes both digests, and returns this. */
    Fingerprint complete() {
        sent();
        canonical();
        return this;
    }

    /** Returns both digests: as sent, then canonical. */
    byte[] digests() {
        complete();
        return digests;
    }

    /** Returns true if the digests of the same request are at an offset. */
    boolean isOf(byte[] bytes, int offset) {
        return isSame(sent(), 0, bytes, offset) || isSame(canonical(), Id.BYTES, bytes, offset);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Fingerprint fingerprint && isOf(fingerprint.digests(), 0);
    }

    /** Uses the canonical digest, which equal requests share. */
    @Override
    public int hashCode() {
        return (int) Bytes.getLong(canonical(), Id.BYTES);
    }

    private static boolean isSame(byte[] own, int from, byte[] others, int offset) {
        return Arrays.equals(own, from, from + Id.BYTES, others, offset + from, offset + from + Id.BYTES);
    }

    private byte[] sent() {
        if (!hasSent) {
            head(query == null ? "" : query).firstHalf(body, digests, 0);
            hasSent = true;
        }
        return digests;
    }

    private byte[] canonical() {
        if (!hasCanonical) {
            JsonValue parsed = json.get();
            if (parsed == null) {
                head(sorted(query)).firstHalf(body, digests, Id.BYTES);
            } else {
                JsonBytes rendered = new JsonBytes().sorted(parsed);
                head(sorted(query)).rendered(rendered).firstHalf(NONE, digests, Id.BYTES);
            }
            hasCanonical = true;
        }
        return digests;
    }

    private Digest head(String shownQuery) {
        return new Digest().text(method).end().text(path).end().text(shownQuery).end();
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
