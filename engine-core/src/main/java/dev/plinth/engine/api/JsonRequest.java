package dev.plinth.engine.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request as the members of its JSON object, in the order in which the type declares them. It has a member only if it
 * was given. The call checks the values, and is refused with all errors. Immutable.
 */
abstract class JsonRequest implements WireValue {
    private final Map<String, Json> members;

    /**
     * Keeps members in their order.
     *
     * @param names all members that the type has, in the order of the wire
     * @throws IllegalArgumentException if another member is given
     */
    JsonRequest(List<String> names, Map<String, Json> given) {
        Map<String, Json> ordered = new LinkedHashMap<>();
        for (String name : names) {
            Json value = given.get(name);
            if (value != null) {
                ordered.put(name, value);
            }
        }
        if (ordered.size() < given.size()) {
            String unknown = given.keySet().stream()
                    .filter(name -> !ordered.containsKey(name))
                    .findFirst()
                    .orElseThrow();
            throw new IllegalArgumentException("Unknown member \"" + unknown + "\". The members are " + names + ".");
        }
        members = ordered;
    }

    /**
     * Returns the members of an object.
     *
     * @throws IllegalArgumentException if the JSON is no object, or lacks one of the required members
     */
    static Map<String, Json> members(Json json, String... required) {
        Map<String, Json> members = given(json, "json").members();
        for (String name : required) {
            if (!members.containsKey(name)) {
                throw new IllegalArgumentException("Member \"" + name + "\" must be there, and is missing.");
            }
        }
        return members;
    }

    /** Returns members with one more, and refuses null by its name. */
    static Map<String, Json> with(Map<String, Json> members, String name, Object value) {
        return withNullable(members, name, given(value, name));
    }

    /** Returns the members with another value of one of them, and refuses null by its name. */
    final Map<String, Json> with(String name, Object value) {
        return with(members, name, value);
    }

    /** Returns the members with the null of JSON as the value of one of them. */
    final Map<String, Json> withNull(String name) {
        return withNullable(members, name, null);
    }

    private static Map<String, Json> withNullable(Map<String, Json> members, String name, @Nullable Object value) {
        Map<String, Json> more = new LinkedHashMap<>(members);
        more.put(name, value instanceof Json json ? json : Json.ofValue(value));
        return more;
    }

    /**
     * Returns a duration in seconds.
     *
     * @throws IllegalArgumentException if it has a part of a second
     */
    static long seconds(Duration duration, String name) {
        if (given(duration, name).getNano() != 0) {
            throw new IllegalArgumentException(
                    name + " must be whole seconds, got " + duration + ". Round it, such as with truncatedTo.");
        }
        return duration.toSeconds();
    }

    /** Returns a value, and refuses null by the name of its parameter. */
    static <T> T given(T value, String name) {
        return Objects.requireNonNull(value, () -> name + " must not be null.");
    }

    final Map<String, Json> members() {
        return members;
    }

    /** Returns the body that the wire takes. */
    @Override
    public final Json json() {
        return Json.of(members);
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof JsonRequest request
                && request.getClass() == getClass()
                && request.members.equals(members);
    }

    @Override
    public final int hashCode() {
        return members.hashCode();
    }

    /** Returns the name of the type and the JSON. Types with a secret show less. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + json() + "]";
    }
}
