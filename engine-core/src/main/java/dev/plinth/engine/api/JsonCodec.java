package dev.plinth.engine.api;

import org.jspecify.annotations.Nullable;

/** What {@link Json} needs of a JSON library; the engine provides the one implementation as a service. Thread-safe. */
public interface JsonCodec {
    /**
     * Checks that the bytes are one JSON value.
     *
     * @throws IllegalArgumentException if they are not; the message says where
     */
    void check(byte[] utf8);

    /** The bytes as JDK values. */
    @Nullable
    Object read(byte[] utf8);

    /**
     * A JDK value as compact JSON.
     *
     * @throws IllegalArgumentException if the value, or one inside it, is of a kind that JSON does not have
     */
    byte[] write(@Nullable Object value);

    /**
     * The value of the typed API that JSON spells.
     *
     * @throws IllegalArgumentException if it spells none of this type; the message says why
     */
    <T extends WireValue> T value(Class<T> type, Json json);
}
