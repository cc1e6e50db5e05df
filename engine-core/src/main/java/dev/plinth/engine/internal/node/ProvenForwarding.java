package dev.plinth.engine.internal.node;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.wire.EarlyReplies;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.server.NodeForwarding;
import dev.plinth.engine.settings.EngineClock;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Forwarding whose proofs are HMAC-SHA256 under a key that follows from the master keys. Thread-safe. */
final class ProvenForwarding implements NodeForwarding {
    private static final byte[] PURPOSE = "plinth nodes".getBytes(StandardCharsets.US_ASCII);
    private static final String ALGORITHM = "HmacSHA256";

    private final Node me;
    private final Supplier<List<byte[]>> masterKeys;
    private final EarlyReplies replies;
    private final Supplier<Reply> ready;
    private final EngineClock clock;
    private final CallNonces nonces = new CallNonces();
    private volatile List<SecretKeySpec> keys = List.of();

    /**
     * Makes it for a node.
     *
     * @param masterKeys returns the keys that all nodes share, the one that seals first, or nothing while there is none
     * @param clock the time of proofs
     * @param ready answers whether the node takes calls if it forwards them
     */
    ProvenForwarding(
            Node me,
            Supplier<List<byte[]>> masterKeys,
            EngineClock clock,
            EarlyReplies replies,
            Supplier<Reply> ready) {
        this.me = me;
        this.masterKeys = masterKeys;
        this.clock = clock;
        this.replies = replies;
        this.ready = ready;
    }

    @Override
    public Node node() {
        return me;
    }

    @Override
    public Optional<String> mac(String text) {
        Objects.requireNonNull(text, "text must not be null.");
        return macKeys().stream().findFirst().map(shared -> mac(shared, text));
    }

    @Override
    public boolean verifies(String text, String mac) {
        Objects.requireNonNull(text, "text must not be null.");
        Objects.requireNonNull(mac, "mac must not be null.");
        return macKeys().stream()
                .anyMatch(shared -> MessageDigest.isEqual(
                        mac(shared, text).getBytes(StandardCharsets.US_ASCII),
                        mac.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String mac(SecretKeySpec key, String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(code(key, text));
    }

    /** Reads the keys again before the next MAC. */
    void rereadKeys() {
        keys = List.of();
    }

    @Override
    public long nowMillis() {
        return clock.epochMillis();
    }

    @Override
    public String nextNonce() {
        return nonces.next();
    }

    @Override
    public boolean isFirst(String node, String nonce) {
        Objects.requireNonNull(node, "node must not be null.");
        Objects.requireNonNull(nonce, "nonce must not be null.");
        return nonces.isFirst(node, nonce, clock.nanoTime());
    }

    @Override
    public Reply ready() {
        return ready.get();
    }

    @Override
    public Reply notLeader() {
        return replies.of(Refusal.notLeader());
    }

    @Override
    public Reply outcomeUnknown(boolean keyed) {
        return replies.of(
                Refusal.of(
                                ProblemCode.OUTCOME_UNKNOWN,
                                "The connection to the leader broke while the leader worked on the call. Repeat the call"
                                        + " with its Idempotency-Key; without a key, read first whether it was done.")
                        .retryAfter(1),
                keyed);
    }

    private List<SecretKeySpec> macKeys() {
        List<SecretKeySpec> known = keys;
        if (known.isEmpty()) {
            known = masterKeys.get().stream()
                    .map(shared -> new SecretKeySpec(Bytes.sha256(PURPOSE, shared), ALGORITHM))
                    .toList();
            keys = known;
        }
        return known;
    }

    private static byte[] code(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected " + ALGORITHM + " of every JDK, but got none", e);
        }
    }
}
