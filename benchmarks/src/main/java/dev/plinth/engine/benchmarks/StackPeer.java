package dev.plinth.engine.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The engine's work as an application does it with libraries: a key is looked up by its SHA-256 and cached (Caffeine), a token is
 * taken (Bucket4j), the remembered answer is looked up and its fingerprint compared, the body is parsed and checked (Jackson), and
 * resource, event and answer are committed together. Where they are kept is the subclass's business.
 *
 * <p>Where the two differ, it is to the peers' advantage: bytes are fingerprinted as they came and not in a canonical form, ids are
 * counted and not drawn, no schema, scope or state is looked at, no list by status or type is kept, and no request is logged.
 */
abstract class StackPeer implements Peer {
    private static final int NAME_MAX = 255;
    private static final long UNITS_PER_SECOND = 1_000_000;
    private static final byte[] BODY = BenchedEngine.BODY.toString().getBytes(StandardCharsets.UTF_8);
    private static final byte[] ROUTE = "POST /v1/resources ".getBytes(StandardCharsets.US_ASCII);

    private final ObjectMapper json = new ObjectMapper();
    private final Cache<String, Caller> cache =
            Caffeine.newBuilder().maximumSize(100_000).build();
    private final Map<String, Caller> callers = new ConcurrentHashMap<>();
    private final String[] secrets = new String[BenchedEngine.WORKSPACES];
    private final AtomicLong ids = new AtomicLong();

    /** Who calls, and their bucket. */
    record Caller(int workspace, Bucket bucket) {}

    /** What is kept of an answer. */
    record Remembered(byte[] fingerprint, byte[] body) {}

    /** What one create writes, in one commit. */
    record Writes(
            int workspace, String id, Instant at, byte[] resource, byte[] event, String key, Remembered remembered) {}

    StackPeer() {
        for (int i = 0; i < secrets.length; i++) {
            secrets[i] = "sk_live_%036d".formatted(i);
            Bucket bucket = Bucket.builder()
                    .addLimit(limit ->
                            limit.capacity(UNITS_PER_SECOND).refillGreedy(UNITS_PER_SECOND, Duration.ofSeconds(1)))
                    .withNanosecondPrecision()
                    .build();
            callers.put(hash(secrets[i]), new Caller(i, bucket));
        }
    }

    /** The answer remembered under a key; null if there is none. */
    abstract @Nullable Remembered find(int workspace, String key);

    /** Commits; returns when it is as durable as the peer makes it. */
    abstract void commit(Writes writes);

    /** The resource; null if there is none. */
    abstract byte @Nullable [] resource(int workspace, String id);

    @Override
    public String create(int number) {
        Caller caller = enter(number);
        String key = BenchedEngine.key(number);
        byte[] fingerprint = fingerprint();
        if (find(caller.workspace, key) != null) {
            throw new IllegalStateException("Expected a fresh key, but an answer is remembered under " + key);
        }
        Instant now = Instant.now();
        String id = "res_%026d".formatted(ids.getAndIncrement());
        byte[] resource = render(id, now);
        commit(new Writes(
                caller.workspace,
                id,
                now,
                resource,
                event(id, now, resource),
                key,
                new Remembered(fingerprint, resource)));
        return id;
    }

    @Override
    public void replay(int number) {
        Caller caller = enter(number);
        Remembered remembered = find(caller.workspace, BenchedEngine.key(number));
        if (remembered == null || !Arrays.equals(remembered.fingerprint, fingerprint())) {
            throw new IllegalStateException("Expected the answer of create " + number + ", but got " + remembered);
        }
        check(remembered.body);
    }

    @Override
    public void get(int number, String id) {
        check(resource(enter(number).workspace, id));
    }

    private static void check(byte @Nullable [] body) {
        if (body == null || body.length < BODY.length) {
            throw new IllegalStateException("Expected a resource, but got " + Arrays.toString(body));
        }
    }

    /** Key and limit. */
    private Caller enter(int number) {
        String secret = secrets[number & (secrets.length - 1)];
        Caller caller = cache.getIfPresent(secret);
        if (caller == null) {
            caller = Objects.requireNonNull(callers.get(hash(secret)));
            cache.put(secret, caller);
        }
        if (!caller.bucket.tryConsumeAndReturnRemaining(1).isConsumed()) {
            throw new IllegalStateException("Expected a token, but there was none for " + caller);
        }
        return caller;
    }

    private byte[] render(String id, Instant now) {
        JsonNode body;
        try {
            body = json.readTree(BODY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String name = body.path("name").asText();
        if (name.isEmpty() || name.length() > NAME_MAX) {
            throw new IllegalStateException("Expected a name, but got " + name);
        }
        return ("{\"id\":\"" + id + "\",\"type\":" + body.path("type") + ",\"name\":" + body.path("name")
                        + ",\"status\":\"active\",\"data\":" + body.path("data")
                        + ",\"metadata\":{},\"version\":1,\"createdAt\":\"" + now + "\",\"updatedAt\":\"" + now + "\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] event(String id, Instant now, byte[] resource) {
        String head = "{\"id\":\"evt" + id.substring(3) + "\",\"type\":\"resource.created\",\"createdAt\":\"" + now
                + "\",\"data\":";
        byte[] event = Arrays.copyOf(head.getBytes(StandardCharsets.US_ASCII), head.length() + resource.length + 1);
        System.arraycopy(resource, 0, event, head.length(), resource.length);
        event[event.length - 1] = '}';
        return event;
    }

    private static byte[] fingerprint() {
        return sha256(ROUTE, BODY);
    }

    private static String hash(String secret) {
        return HexFormat.of().formatHex(sha256(secret.getBytes(StandardCharsets.US_ASCII)));
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
