package dev.plinth.engine.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The engine's work as an application does it with libraries. It looks up a key by its SHA-256 in a cache (Caffeine)
 * and takes a token (Bucket4j). It looks up the remembered answer and compares its fingerprint. It parses and checks
 * the body (Jackson), and commits resource, event and answer together. The subclass decides where they are kept.
 *
 * <p>The differences favour the peers. Bytes are fingerprinted as they came and not in a canonical form, and ids are
 * counted and not random. No schema, scope or state is checked, no list by status or type is kept, and no request is
 * logged.
 */
abstract class StackPeer implements Peer {
    private static final int NAME_MAX = 255;
    private static final long FIRST_ID = 1_000_000_000;
    private static final long UNITS_PER_SECOND = 1_000_000;
    private static final byte[] BODY = BenchedEngine.BODY.toString().getBytes(StandardCharsets.UTF_8);
    private static final byte[] ROUTE = "POST /v1/resources ".getBytes(StandardCharsets.US_ASCII);

    private final ObjectMapper json = new ObjectMapper();
    private final Cache<String, Caller> cache =
            Caffeine.newBuilder().maximumSize(100_000).build();
    private final Map<String, Caller> callers = new ConcurrentHashMap<>();
    private final String[] secrets = new String[BenchedEngine.WORKSPACES];
    private final AtomicInteger ids = new AtomicInteger();

    /** A caller with its bucket. */
    record Caller(int workspace, Bucket bucket) {}

    /** The remembered part of an answer. */
    record Remembered(byte[] fingerprint, byte[] body) {}

    /** The writes of one create, in one commit. */
    record Writes(
            int number,
            int workspace,
            String id,
            Instant at,
            byte[] resource,
            byte[] event,
            String key,
            Remembered remembered) {}

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

    /** Returns the answer remembered under a key, or null. */
    abstract @Nullable Remembered find(int workspace, String key);

    /** Commits, and returns when the writes are as durable as the peer makes them. */
    abstract void commit(Writes writes);

    /** Returns the resource, or null. */
    abstract byte @Nullable [] resource(int workspace, String id);

    @Override
    public String create(int number) {
        Caller caller = enter(number);
        String key = BenchedEngine.key(number);
        byte[] fingerprint = fingerprint();
        if (find(caller.workspace, key) != null) {
            throw new IllegalStateException("Expected a fresh key, but an answer is remembered under " + key);
        }
        int count = ids.getAndIncrement();
        String id = text("res_", count);
        Instant now = Instant.now();
        String at = now.toString();
        byte[] resource = render(id, at);
        byte[] event = event(text("evt_", count), at, resource);
        commit(new Writes(
                count, caller.workspace, id, now, resource, event, key, new Remembered(fingerprint, resource)));
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

    /** Checks key and limit. */
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

    private byte[] render(String id, String now) {
        try {
            JsonNode body = json.readTree(BODY);
            String name = body.path("name").asText();
            if (name.isEmpty() || name.length() > NAME_MAX) {
                throw new IllegalStateException("Expected a name, but got " + name);
            }
            ObjectNode resource = json.createObjectNode();
            resource.put("id", id);
            resource.set("type", body.path("type"));
            resource.put("name", name);
            resource.put("status", "active");
            resource.set("data", body.path("data"));
            resource.putObject("metadata");
            resource.put("version", 1);
            resource.put("createdAt", now);
            resource.put("updatedAt", now);
            return json.writeValueAsBytes(resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts the rendered resource into an envelope. */
    private static byte[] event(String id, String now, byte[] resource) {
        byte[] head = ("{\"id\":\"" + id + "\",\"type\":\"resource.created\",\"createdAt\":\"" + now + "\",\"data\":")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] event = Arrays.copyOf(head, head.length + resource.length + 1);
        System.arraycopy(resource, 0, event, head.length, resource.length);
        event[event.length - 1] = '}';
        return event;
    }

    private static String text(String prefix, int count) {
        return prefix + "0000000000000000" + (FIRST_ID + count);
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
