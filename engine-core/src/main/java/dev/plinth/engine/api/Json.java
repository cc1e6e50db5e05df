package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * An immutable JSON value (RFC 8259) as UTF-8 bytes. Numbers are kept as they were written.
 *
 * <p>The text is checked when the value is made: valid UTF-8, no duplicate members, nothing after the value, at most 64
 * levels deep. Equality is equality of bytes. Safe for use by several threads.
 *
 * <p>Jackson 2 and 3 write and read it as the JSON value that it holds. A mapper passes numbers with a fraction on as
 * doubles, with some 16 digits; {@code DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS} keeps all digits.
 */
public final class Json {
    /** The empty object. */
    public static final Json EMPTY_OBJECT = new Json(new byte[] {'{', '}'});

    private final byte[] utf8;

    private Json(byte[] utf8) {
        this.utf8 = utf8;
    }

    /**
     * Parses a text.
     *
     * @throws IllegalArgumentException if it is not JSON; the message says where
     */
    public static Json of(String text) {
        byte[] utf8 = utf8(Objects.requireNonNull(text, "text must not be null."));
        CodecHolder.CODEC.check(utf8);
        return new Json(utf8);
    }

    /**
     * Returns the object with these members. A value may be a map, iterable, string, number, boolean, {@code Json}, a
     * value of the typed API or null, nested up to 64 levels. The names in nested maps are strings or enums.
     *
     * @throws IllegalArgumentException if a value or a name is of another kind, or a value is deeper or contains itself
     */
    public static Json of(Map<String, ? extends @Nullable Object> members) {
        return new Json(CodecHolder.CODEC.write(Objects.requireNonNull(members, "members must not be null.")));
    }

    /**
     * Wraps bytes that are known to be JSON, without a check or a copy. Meant for the engine and for codecs; a host
     * that has bytes of unknown origin calls {@link #of(String)}.
     */
    public static Json trusted(byte[] utf8) {
        return new Json(Objects.requireNonNull(utf8, "utf8 must not be null."));
    }

    /**
     * Returns the object with the components of a record as members. Components may be what {@link #of(Map)} takes,
     * enums, {@code Instant}, optional values and records, nested up to 64 levels. An empty optional component has no member.
     *
     * @throws IllegalArgumentException if a component is of another kind, the engine cannot read it, or it is deeper or
     *     contains itself
     */
    public static Json of(Record members) {
        return new Json(CodecHolder.CODEC.write(Objects.requireNonNull(members, "members must not be null.")));
    }

    /** Makes a value of these JDK values, for Jackson. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    private static Json ofValue(@Nullable Object value) {
        return new Json(CodecHolder.CODEC.write(value));
    }

    /** Returns the value as JDK values, for Jackson. */
    @JsonValue
    @Nullable
    Object value() {
        return CodecHolder.CODEC.read(utf8);
    }

    /**
     * Returns the members of this object, each as it was written.
     *
     * @throws IllegalArgumentException if this is not an object
     */
    Map<String, Json> members() {
        return CodecHolder.CODEC.members(this);
    }

    /** Returns the items of this array, each as it was written. */
    List<Json> items() {
        return CodecHolder.CODEC.items(this);
    }

    /** Reads this value as a type of the typed API. */
    <T extends WireValue> T read(Class<T> type) {
        return CodecHolder.CODEC.value(type, this);
    }

    /**
     * Returns the value at a JSON Pointer (RFC 6901), such as {@code /lines/0/price}. The empty pointer is this whole
     * value. In names {@code ~1} stands for a slash and {@code ~0} for a tilde.
     *
     * @return the value; empty if there is none at this place. A null of JSON is a value
     * @throws IllegalArgumentException if the text is no JSON Pointer
     */
    public Optional<Json> at(String pointer) {
        return CodecHolder.CODEC.at(this, Objects.requireNonNull(pointer, "pointer must not be null."));
    }

    /**
     * Reads this value as a record of the host, a component of one, or a type of this package. Components may be strings, numbers, booleans, {@code Instant}, {@code Json}, enums, records, and
     * lists, maps and optional values of these. A component is required unless it is optional, and unknown members are
     * errors.
     *
     * @throws JsonMismatchException if the value does not fit; it has all errors with their pointers
     * @throws IllegalArgumentException if JSON cannot be read into the type; the message names the component
     */
    public <T> T as(Class<T> type) {
        return CodecHolder.CODEC.as(Objects.requireNonNull(type, "type must not be null."), this);
    }

    /** Returns the UTF-8 bytes. They are not copied and must not be changed. */
    public byte[] utf8() {
        return utf8;
    }

    /**
     * Returns the members of this object as JDK values: {@code Map}, {@code List}, {@code String}, {@code BigDecimal},
     * {@code Boolean} or null.
     *
     * @throws IllegalStateException if this is not an object
     */
    @SuppressWarnings("unchecked")
    public Map<String, @Nullable Object> asMap() {
        Object value = CodecHolder.CODEC.read(utf8);
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new IllegalStateException("The JSON value must be an object, and starts with '" + (char) utf8[0]
                + "'. Read it with another method.");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Json json && Arrays.equals(utf8, json.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    /** Encodes strictly. {@code String.getBytes} would replace an unpaired surrogate by a question mark. */
    private static byte[] utf8(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] utf8 = new byte[encoded.remaining()];
            encoded.get(utf8);
            return utf8;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("The text has half a surrogate pair. Pass whole characters.", e);
        }
    }

    /** Returns the JSON text. */
    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** Loads the codec on first use, so that this package needs no JSON library. */
    private static final class CodecHolder {
        static final JsonCodec CODEC = ServiceLoader.load(JsonCodec.class, Json.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "No JsonCodec is among the services on the class path. Add the whole artifact engine-core."));
    }
}
