package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * The headers of an endpoint as they are stored: plain names, but encrypted values, because some are credentials of
 * receivers (decision 043). Each form is a compact JSON object of strings.
 */
final class SealedHeaders {
    private static final String HIDDEN = "***";

    private SealedHeaders() {}

    /** Returns headers with their values encrypted for an endpoint. */
    static byte[] seal(byte[] headers, SecretCipher cipher, Id endpoint) {
        return each(
                headers,
                value -> Base64.getEncoder()
                        .withoutPadding()
                        .encodeToString(cipher.seal(value.getBytes(StandardCharsets.UTF_8), endpoint.key())));
    }

    /** Returns the headers that were encrypted for an endpoint. */
    static byte[] open(byte[] sealed, SecretCipher cipher, Id endpoint) {
        return each(
                sealed,
                value -> new String(
                        cipher.open(Base64.getDecoder().decode(value), endpoint.key()), StandardCharsets.UTF_8));
    }

    /** Returns headers without their values. */
    static byte[] hide(byte[] headers) {
        return each(headers, value -> HIDDEN);
    }

    /** Returns headers whose stored values are changed as bytes, for another store. */
    static byte[] translate(byte[] headers, UnaryOperator<byte[]> change) {
        return each(
                headers,
                value -> Base64.getEncoder()
                        .withoutPadding()
                        .encodeToString(change.apply(Base64.getDecoder().decode(value))));
    }

    /** Returns the ids of the keys that have sealed the values. */
    static LongStream keyIds(byte[] headers) {
        return ((JsonValue.Obj) JsonReader.trusted(headers))
                .members().values().stream()
                        .filter(JsonValue.Text.class::isInstance)
                        .map(value -> ((JsonValue.Text) value).value())
                        .mapToLong(value ->
                                SecretCipher.keyIdOf(Base64.getDecoder().decode(value)));
    }

    private static byte[] each(byte[] headers, UnaryOperator<String> change) {
        JsonBytes changed = JsonBytes.object();
        ((JsonValue.Obj) JsonReader.trusted(headers)).members().forEach((name, value) -> {
            if (value instanceof JsonValue.Text text) {
                changed.member(name, change.apply(text.value()));
            }
        });
        return changed.end();
    }
}
