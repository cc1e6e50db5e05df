package dev.plinth.engine.internal.shape;

import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;
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
    private final List<String> namesElsewhere;

    private Member(String name, Kind<T> kind, String expected, boolean isRequired, @Nullable T fallback) {
        this(name, kind, expected, isRequired, fallback, List.of());
    }

    private Member(
            String name,
            Kind<T> kind,
            String expected,
            boolean isRequired,
            @Nullable T fallback,
            List<String> namesElsewhere) {
        this.namesElsewhere = namesElsewhere;
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

    /** Returns this member, with names that it has in other APIs. They are unknown here, and the error tells this one. */
    public Member<T> elsewhereNamed(String... names) {
        return new Member<>(name, kind, expected, isRequired, fallback, List.of(names));
    }

    public String name() {
        return name;
    }

    List<String> namesElsewhere() {
        return namesElsewhere;
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

    /**
     * Prints the default as an annotation of our own. A member with the keyword {@code default} counts as always there for
     * generators of types, such as openapi-typescript. They ask for it in the body of a request then.
     */
    private void printDefault(JsonBytes json) {
        if (fallback instanceof String text) {
            json.member(Schema.DEFAULT, text).member("description", "Default: " + text + ".");
        } else if (fallback instanceof Number number) {
            json.member(Schema.DEFAULT, number.longValue()).member("description", "Default: " + number + ".");
        } else if (fallback instanceof Boolean truth) {
            json.member(Schema.DEFAULT, truth).member("description", "Default: " + truth + ".");
        }
    }
}
