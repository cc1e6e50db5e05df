package dev.plinth.engine.api;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the wire as a view over its JSON. It keeps members that this release does not know. Each accessor reads
 * its member and refuses one of another kind with an {@link IllegalArgumentException} that names it. Immutable.
 */
abstract class JsonView implements WireValue {
    private final Json json;
    private final Map<String, Json> members;

    /**
     * Keeps the members.
     *
     * @param required the members that always were there
     * @throws IllegalArgumentException if the JSON is no object, or lacks one of these members
     */
    JsonView(Json json, List<String> required) {
        this.json = Objects.requireNonNull(json, "json must not be null.");
        members = json.members();
        for (String name : required) {
            if (!has(name)) {
                throw new IllegalArgumentException("Member \"" + name + "\" must be there, and is missing.");
            }
        }
    }

    /** Returns the value as the wire shows it. */
    @Override
    public final Json json() {
        return json;
    }

    final boolean has(String name) {
        return members.containsKey(name);
    }

    final Json json(String name) {
        Json member = members.get(name);
        if (member == null) {
            throw new IllegalArgumentException("Member \"" + name + "\" must be there, and is missing.");
        }
        return member;
    }

    final Optional<Json> optionalJson(String name) {
        return Optional.ofNullable(members.get(name));
    }

    final String text(String name) {
        return member(name, String.class, "a string");
    }

    final Optional<String> optionalText(String name) {
        return has(name) && json(name).value() != null ? Optional.of(text(name)) : Optional.empty();
    }

    final boolean truth(String name) {
        return member(name, Boolean.class, "a boolean");
    }

    final boolean isTrue(String name) {
        return has(name) && truth(name);
    }

    final long number(String name) {
        BigDecimal number = member(name, BigDecimal.class, "a whole number");
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Member \"" + name + "\" must be a whole number, got " + number + ".", e);
        }
    }

    final OptionalInt optionalInt(String name) {
        return has(name) ? OptionalInt.of((int) number(name)) : OptionalInt.empty();
    }

    final Instant time(String name) {
        String text = text(name);
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "Member \"" + name + "\" must be a time such as 2025-01-01T00:00:00.000Z, got " + text + ".", e);
        }
    }

    final Optional<Instant> optionalTime(String name) {
        return optionalText(name).isPresent() ? Optional.of(time(name)) : Optional.empty();
    }

    final <E extends Enum<E>> E word(String name, Class<E> words) {
        String word = text(name);
        for (E constant : words.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(word)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("Member \"" + name + "\" must be one of "
                + List.of(words.getEnumConstants()).toString().toLowerCase(Locale.ROOT) + ", got " + word + ".");
    }

    /** Returns true if a member is the first of two words. */
    final boolean isFirst(String name, String first, String second) {
        String word = text(name);
        if (!word.equals(first) && !word.equals(second)) {
            throw new IllegalArgumentException(
                    "Member \"" + name + "\" must be " + first + " or " + second + ", got " + word + ".");
        }
        return word.equals(first);
    }

    final Map<String, String> pairs(String name) {
        Map<String, String> pairs = new LinkedHashMap<>();
        Map<?, ?> written = member(name, Map.class, "an object of strings");
        written.forEach((key, value) -> pairs.put(String.valueOf(key), string(name, value)));
        return Collections.unmodifiableMap(pairs);
    }

    final List<String> texts(String name) {
        return strings(name, json(name).value());
    }

    /** Returns the strings of an array inside a member. */
    final List<String> part(String outer, String name) {
        return strings(name, member(outer, Map.class, "an object").get(name));
    }

    final <T extends WireValue> List<T> list(String name, Class<T> type) {
        member(name, List.class, "an array");
        return json(name).items().stream().map(item -> item.read(type)).toList();
    }

    /** Returns the JSON without these members. */
    final Json without(List<String> names) {
        Map<String, Json> others = new LinkedHashMap<>(members);
        others.keySet().removeAll(names);
        return Json.of(others);
    }

    private <V> V member(String name, Class<V> kind, String expected) {
        Json member = members.get(name);
        Object value = member == null ? null : member.value();
        if (kind.isInstance(value)) {
            return kind.cast(value);
        }
        throw new IllegalArgumentException("Member \"" + name + "\" must be " + expected
                + (member == null ? ", and is missing." : ", got " + kind(value) + "."));
    }

    private static List<String> strings(String name, @Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(item -> string(name, item)).toList();
        }
        throw new IllegalArgumentException("Member \"" + name + "\" must be an array, got " + kind(value) + ".");
    }

    private static String string(String name, @Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(
                "Member \"" + name + "\" must have strings only, and has " + kind(value) + ".");
    }

    private static String kind(@Nullable Object value) {
        if (value instanceof Map) {
            return "an object";
        }
        if (value instanceof List) {
            return "an array";
        }
        if (value instanceof String) {
            return "a string";
        }
        return value == null ? "null" : value instanceof Boolean ? "a boolean" : "a number";
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof JsonView view && view.getClass() == getClass() && view.json.equals(json);
    }

    @Override
    public final int hashCode() {
        return json.hashCode();
    }

    /** Returns the name of the type and the JSON. Types with a secret show less. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + json + "]";
    }
}
