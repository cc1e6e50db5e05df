package dev.plinth.engine.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of a JSON library that {@link Json} needs. The engine provides the only implementation as a service.
 * Thread-safe.
 */
public interface JsonCodec {
    /**
     * Checks that the bytes are exactly one JSON value.
     *
     * @throws IllegalArgumentException if they are not; the message says where
     */
    void check(byte[] utf8);

    /** Reads the bytes as JDK values. */
    @Nullable
    Object read(byte[] utf8);

    /**
     * Writes a JDK value as compact JSON.
     *
     * @throws IllegalArgumentException if the value, or one inside it, is of a kind that JSON does not have
     */
    byte[] write(@Nullable Object value);

    /**
     * Returns the value at a JSON Pointer, or nothing.
     *
     * @throws IllegalArgumentException if the text is no JSON Pointer
     */
    Optional<Json> at(Json json, String pointer);

    /**
     * Returns the members of an object in their order, each as it was written.
     *
     * @throws IllegalArgumentException if the JSON is not an object
     */
    Map<String, Json> members(Json json);

    /**
     * Returns the items of an array, each as it was written.
     *
     * @throws IllegalArgumentException if the JSON is not an array
     */
    List<Json> items(Json json);

    /**
     * Reads JSON as a record of the host or as a component of one.
     *
     * @throws JsonMismatchException if the JSON does not fit
     * @throws IllegalArgumentException if JSON cannot be read into the type
     */
    <T> T as(Class<T> type, Json json);

    /**
     * Reads JSON as a value of the typed API.
     *
     * @throws IllegalArgumentException if the JSON is no value of this type; the message says why
     */
    <T extends WireValue> T value(Class<T> type, Json json);
}
