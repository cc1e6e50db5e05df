package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import java.util.List;

/**
 * The settings of an endpoint as a caller gives them.
 *
 * @param url where deliveries go
 * @param types the event types it wants, {@code prefix.*} among them; empty for all
 * @param ordered true if the events of one resource are to arrive in order
 * @param description a note of the caller
 * @param headers headers to add, as a compact JSON object of strings; in a row their values are encrypted
 * @param maxPerSecond how many webhooks a second it takes, at most {@link Limits#DELIVERIES_PER_SECOND_MAX}; 0 for the
 *     default
 */
public record EndpointSettings(
        String url, List<String> types, boolean ordered, String description, byte[] headers, int maxPerSecond) {
    public EndpointSettings {
        types = List.copyOf(types);
    }

    EndpointSettings withHeaders(byte[] others) {
        return new EndpointSettings(url, types, ordered, description, others, maxPerSecond);
    }

    /** Returns the settings with the values of their headers encrypted for an endpoint. */
    EndpointSettings sealed(SecretCipher cipher, Id endpoint) {
        return withHeaders(SealedHeaders.seal(headers, cipher, endpoint));
    }

    /** Returns true if the endpoint wants events of a type. */
    boolean wants(String type) {
        return new EventTypes(types).take(type);
    }
}
