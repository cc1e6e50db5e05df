package dev.plinth.engine.testkit;

import dev.plinth.engine.api.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A webhook as it arrived. Immutable.
 *
 * @param path the path of the request
 * @param headers header values by lower-case name; the values of a repeated header are joined with {@code ", "}
 * @param body the body as text, byte for byte as it was signed
 * @param answered the status of the answer; 0 if the connection is closed instead
 */
public record ReceivedWebhook(String path, Map<String, String> headers, String body, int answered) {
    static final int NO_ANSWER = 0;

    private static final String SECRET_PREFIX = "whsec_";
    private static final String SIGNATURE_VERSION = "v1,";

    /** Copies the headers. */
    public ReceivedWebhook {
        Objects.requireNonNull(path, "path must not be null.");
        Objects.requireNonNull(headers, "headers must not be null.");
        Objects.requireNonNull(body, "body must not be null.");
        headers = Map.copyOf(headers);
    }

    /** Returns the event's id, the same in every attempt; empty if there is none. */
    public String id() {
        return header("webhook-id");
    }

    /** Returns when this attempt was signed, in seconds since 1970, as sent; empty if it was not sent. */
    public String timestamp() {
        return header("webhook-timestamp");
    }

    /** Returns the signatures, separated by spaces; empty if there are none. */
    public String signature() {
        return header("webhook-signature");
    }

    /** Returns the event. */
    public Json json() {
        return Json.of(body);
    }

    /**
     * Returns true if one of the signatures was made with this secret over id, timestamp and body (Standard Webhooks
     * 1.0.0). The age of the timestamp is not checked, because a test's clock may stand anywhere.
     *
     * @param secret an endpoint's secret, {@code whsec_…}
     * @throws IllegalArgumentException if it is not a secret of an endpoint
     */
    public boolean isSignedWith(String secret) {
        Objects.requireNonNull(secret, "secret must not be null.");
        if (!secret.startsWith(SECRET_PREFIX)) {
            throw new IllegalArgumentException("A secret must begin with " + SECRET_PREFIX + ", and this text of "
                    + secret.length() + " characters does not.");
        }
        byte[] key = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
        String signed = id() + "." + timestamp() + "." + body;
        byte[] expected = ascii(SIGNATURE_VERSION + Base64.getEncoder().encodeToString(hmac(key, signed)));
        boolean found = false;
        for (String candidate : signature().split(" ", -1)) {
            found |= MessageDigest.isEqual(expected, ascii(candidate));
        }
        return found;
    }

    private String header(String name) {
        return headers.getOrDefault(name, "");
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected every JVM to have HmacSHA256, but this one has not", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
