package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs webhooks, so that a receiver can tell that they come from the engine (Standard Webhooks 1.0.0). */
public final class Signature {
    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    /**
     * Returns the value of {@code webhook-signature}: {@code v1,<base64>} for each key, separated by spaces, in the
     * given order.
     *
     * @param keys the decoded keys, the current one first; more than one while a rotation is in its grace
     * @param id the value of {@code webhook-id}; it has no dot, or two messages could share a signature
     * @param timestampSeconds the value of {@code webhook-timestamp}: when this attempt is made
     * @param body the very bytes that are sent
     */
    public static String sign(List<byte[]> keys, String id, long timestampSeconds, byte[] body) {
        if (keys.isEmpty() || id.indexOf('.') >= 0) {
            throw new IllegalArgumentException("A signature needs a key and an id without a dot, got " + keys.size()
                    + " keys and the id \"" + id + "\". Pass the endpoint's current key and the event's id.");
        }
        byte[] head = (id + "." + timestampSeconds + ".").getBytes(UTF_8);
        return keys.stream().map(key -> "v1," + sign(key, head, body)).collect(Collectors.joining(" "));
    }

    private static String sign(byte[] key, byte[] head, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(head);
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(
                    "Expected " + ALGORITHM
                            + ", which every Java platform has, but this one does not; use another JVM.",
                    missing);
        }
    }
}
