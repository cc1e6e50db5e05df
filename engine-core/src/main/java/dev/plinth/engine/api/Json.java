package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * An immutable JSON value (RFC 8259) as UTF-8 bytes, numbers kept as they were written.
 *
 * <p>The text is checked when it is made: valid UTF-8, no duplicate members, nothing after the value, at most 64 levels deep.
 * Equality is equality of bytes. Safe for use by several threads.
 *
 * <p>Jackson, of its lines 2 and 3, writes and reads it as the value that it is. A mapper hands numbers with a fraction over as doubles, with
 * some 16 digits; with {@code DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS} all digits stay.
 */
public final class Json {
    /** The empty object. */
    public static final Json EMPTY_OBJECT = new Json(new byte[] {'{', '}'});

    private final byte[] utf8;

    private Json(byte[] utf8) {
        this.utf8 = utf8;
    }

    /**
     * The value that a text spells.
     *
     * @throws IllegalArgumentException if it is not JSON; the message says where
     */
    public static Json of(String text) {
        byte[] utf8 = utf8(text);
        CodecHolder.CODEC.check(utf8);
        return new Json(utf8);
    }

    /**
     * The object with these members: maps, iterables, strings, numbers, booleans, {@code Json}, values of the typed API and null,
     * nested at will.
     *
     * @throws IllegalArgumentException if a value is of another kind
     */
    public static Json of(Map<String, ? extends @Nullable Object> members) {
        return new Json(CodecHolder.CODEC.write(members));
    }

    /**
     * Bytes that are known to be JSON, taken as they are, unchecked and not copied. For the engine and for codecs; a host that
     * has bytes of unknown origin calls {@link #of(String)}.
     */
    public static Json trusted(byte[] utf8) {
        return new Json(utf8);
    }

    /** For Jackson: the value that these JDK values are. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    private static Json ofValue(@Nullable Object value) {
        return new Json(CodecHolder.CODEC.write(value));
    }

    /** For Jackson: the value as JDK values. */
    @JsonValue
    private @Nullable Object value() {
        return CodecHolder.CODEC.read(utf8);
    }

    /** The value of the typed API that this spells. */
    <T extends WireValue> T read(Class<T> type) {
        return CodecHolder.CODEC.value(type, this);
    }

    /** The UTF-8 bytes; not copied, and not to be changed. */
    public byte[] utf8() {
        return utf8;
    }

    /**
     * The members of this object as JDK values: {@code Map}, {@code List}, {@code String}, {@code BigDecimal}, {@code Boolean}
     * or null.
     *
     * @throws IllegalStateException if this is not an object
     */
    @SuppressWarnings("unchecked")
    public Map<String, @Nullable Object> asMap() {
        Object value = CodecHolder.CODEC.read(utf8);
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new IllegalStateException("Expected a JSON object, but the value starts with '" + (char) utf8[0] + "'");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Json json && Arrays.equals(utf8, json.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    /** Not {@code String.getBytes}, which puts a question mark where half a surrogate pair stands. */
    private static byte[] utf8(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] utf8 = new byte[encoded.remaining()];
            encoded.get(utf8);
            return utf8;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("Expected whole characters, but there is half a surrogate pair.", e);
        }
    }

    /** The JSON text. */
    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** Finds the codec on first need, so that this package stays free of any JSON library. */
    private static final class CodecHolder {
        static final JsonCodec CODEC = ServiceLoader.load(JsonCodec.class, Json.class.getClassLoader())
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "Expected a JsonCodec among the services on the class path, but found none: is engine-core complete?"));
    }
}
