package dev.plinth.engine.internal.shape;

import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import org.jspecify.annotations.Nullable;

/**
 * A member of a body, and the key under which {@link Values} has its value. Immutable.
 *
 * @param <T> what it is read as
 */
public final class Member<T> {
    private final String name;
    private final Kind<T> kind;
    private final String expected;
    private final boolean isRequired;
    private final @Nullable T fallback;

    private Member(String name, Kind<T> kind, String expected, boolean isRequired, @Nullable T fallback) {
        this.name = name;
        this.kind = kind;
        this.expected = expected;
        this.isRequired = isRequired;
        this.fallback = fallback;
    }

    /** Returns a member that has to be there. */
    public static <T> Member<T> required(String name, Kind<T> kind) {
        return required(name, kind, kind.expected());
    }

    /**
     * Returns a member that has to be there.
     *
     * @param expected what the message says that is missing
     */
    public static <T> Member<T> required(String name, Kind<T> kind, String expected) {
        return new Member<>(name, kind, expected, true, null);
    }

    /**
     * Returns a member that has to be there, because a rule of the body refuses its default.
     *
     * @param fallback the value that the rule sees where the member is absent
     */
    public static <T> Member<T> requiredByRule(String name, Kind<T> kind, T fallback) {
        return new Member<>(name, kind, kind.expected(), true, fallback);
    }

    /** Returns a member that may be absent. */
    public static <T> Member<T> optional(String name, Kind<T> kind) {
        return new Member<>(name, kind, kind.expected(), false, null);
    }

    /** Returns a member that may be absent, and has a value then. */
    public static <T> Member<T> optional(String name, Kind<T> kind, T fallback) {
        return new Member<>(name, kind, kind.expected(), false, fallback);
    }

    public String name() {
        return name;
    }

    /** Returns true if the member has to be there. */
    boolean isRequired() {
        return isRequired;
    }

    @Nullable
    T read(Fields fields) {
        if (isRequired && fallback == null && !fields.has(name)) {
            fields.missing(name, expected);
            return null;
        }
        T value = kind.read(fields, name);
        return value == null ? fallback : value;
    }

    /** Prints the schema as a value. */
    void print(JsonBytes json) {
        kind.schema().printOpen(json);
        if (!isRequired) {
            printDefault(json);
        }
        json.close();
    }

    private void printDefault(JsonBytes json) {
        if (fallback instanceof String text) {
            json.member("default", text);
        } else if (fallback instanceof Number number) {
            json.member("default", number.longValue());
        } else if (fallback instanceof Boolean truth) {
            json.member("default", truth);
        }
    }
}
