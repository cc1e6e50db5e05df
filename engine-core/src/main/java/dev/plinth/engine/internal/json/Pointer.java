package dev.plinth.engine.internal.json;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON Pointers (RFC 6901). */
public final class Pointer {
    private Pointer() {}

    /** Returns the pointer to a member of an object. */
    public static String below(String at, String name) {
        return at + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /**
     * Finds the value at a pointer.
     *
     * @throws IllegalArgumentException if the text is no JSON Pointer
     */
    static Optional<JsonValue> find(JsonValue whole, String pointer) {
        if (!pointer.isEmpty() && pointer.charAt(0) != '/') {
            throw malformed(pointer);
        }
        JsonValue value = whole;
        int at = 0;
        while (at < pointer.length()) {
            int slash = pointer.indexOf('/', at + 1);
            int end = slash < 0 ? pointer.length() : slash;
            String name = name(pointer, at + 1, end);
            value = value == null ? null : inside(value, name);
            at = end;
        }
        return Optional.ofNullable(value);
    }

    private static @Nullable JsonValue inside(JsonValue value, String name) {
        if (value instanceof JsonValue.Obj object) {
            return object.get(name);
        }
        if (value instanceof JsonValue.Arr array && isIndex(name)) {
            List<JsonValue> items = array.items();
            // The array has fewer items than an int has values, so a longer index has none.
            long index = name.length() > 10 ? Long.MAX_VALUE : Long.parseLong(name);
            return index < items.size() ? items.get((int) index) : null;
        }
        return null;
    }

    /** An index has no zero in front (RFC 6901 §4). */
    private static boolean isIndex(String name) {
        return !name.isEmpty()
                && name.chars().allMatch(c -> c >= '0' && c <= '9')
                && (name.length() == 1 || name.charAt(0) != '0');
    }

    private static String name(String pointer, int from, int to) {
        if (pointer.indexOf('~', from) < 0) {
            return pointer.substring(from, to);
        }
        StringBuilder name = new StringBuilder();
        for (int i = from; i < to; i++) {
            char c = pointer.charAt(i);
            if (c == '~') {
                i++;
                char escaped = i < to ? pointer.charAt(i) : ' ';
                if (escaped != '0' && escaped != '1') {
                    throw malformed(pointer);
                }
                c = escaped == '0' ? '~' : '/';
            }
            name.append(c);
        }
        return name.toString();
    }

    private static IllegalArgumentException malformed(String pointer) {
        return new IllegalArgumentException(
                "A JSON Pointer must be empty or start with a slash, with ~0 for a tilde and ~1"
                        + " for a slash in names, got " + pointer + ". Correct it.");
    }
}
