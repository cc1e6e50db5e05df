package dev.plinth.engine.internal.shape;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A kind of value that a member of a body may have, with its reader and its schema. Immutable, and safe for use by several
 * threads if its reader is.
 *
 * @param <T> what it is read as
 */
public final class Kind<T> {
    /** A truth value. */
    public static final Kind<Boolean> TRUTH = of(Schema.TRUTH, "a boolean", Fields::truth);

    /** A time, in epoch milliseconds. */
    public static final Kind<Long> TIME = of(Schema.TIME, "an RFC 3339 time", Fields::time);

    /** Any value, null too. */
    public static final Kind<JsonValue> ANY = of(Schema.ANY, "a value", Fields::any);

    /** Any object, in compact form. */
    public static final Kind<byte[]> OBJECT = of(Schema.OBJECT, "an object", (fields, name) -> {
        JsonValue.Obj object = fields.object(name);
        return object == null ? null : JsonBytes.compact(object);
    });

    private final Schema schema;
    private final String expected;
    private final Reader<T> reader;

    private Kind(Schema schema, String expected, Reader<T> reader) {
        this.schema = schema;
        this.expected = expected;
        this.reader = reader;
    }

    /** Reads a member and adds its errors to those of the fields. */
    @FunctionalInterface
    public interface Reader<T> {
        /** Returns the value, or null if the member is absent or wrong. */
        @Nullable
        T read(Fields fields, String name);
    }

    /** Makes a value of the items of an array and adds their errors to those of the fields. */
    @FunctionalInterface
    public interface ItemsReader<T> {
        T read(Fields fields, String name, List<JsonValue> items);
    }

    /**
     * Returns a kind with a reader of its own.
     *
     * @param expected what the message says that is missing
     */
    public static <T> Kind<T> of(Schema schema, String expected, Reader<T> reader) {
        return new Kind<>(schema, expected, reader);
    }

    /** Returns text of so many code points. */
    public static Kind<String> text(int least, int most) {
        return of(
                Schema.text(least, most),
                "a string of " + least + " to " + most + " characters",
                (fields, name) -> fields.text(name, least, most));
    }

    /** Returns text that matches a pattern, such as the example. */
    public static Kind<String> matching(Pattern pattern, String example) {
        return of(
                Schema.matching(pattern, example),
                "a string that matches " + pattern,
                (fields, name) -> fields.matching(name, pattern));
    }

    /** Returns text that matches a pattern, by a test that is quicker than the pattern. */
    public static Kind<String> matching(Pattern pattern, String example, Predicate<String> test) {
        return of(
                Schema.matching(pattern, example),
                "a string that matches " + pattern,
                (fields, name) -> fields.matching(name, pattern, test));
    }

    /** Returns text of at most so many characters that matches a pattern, such as the example. */
    public static Kind<String> matching(Pattern pattern, String example, int lengthMax) {
        return of(
                Schema.matching(pattern, example).and(json -> json.member("maxLength", lengthMax)),
                "a string that matches " + pattern,
                (fields, name) -> fields.matching(name, pattern, lengthMax));
    }

    /** Returns one of these words. */
    public static Kind<String> oneOf(List<String> words) {
        return of(
                Schema.oneOf(words), "one of " + String.join(", ", words), (fields, name) -> fields.oneOf(name, words));
    }

    /** Returns a whole number in a range. */
    public static Kind<Long> whole(long least, long most) {
        return of(Schema.whole(least, most), "a whole number", (fields, name) -> fields.whole(name, least, most));
    }

    /** Returns a whole number in a range that an {@code int} holds. */
    public static Kind<Integer> integer(int least, int most) {
        return whole(least, most).as(Long::intValue);
    }

    /** Returns the id of something. Text that is no such id becomes an id that nothing has: whether it exists is asked later. */
    public static Kind<Id> id(IdKind kind) {
        String expected = "an id " + kind.prefix() + "_…";
        return of(Schema.id(kind), expected, (fields, name) -> {
            JsonValue value = fields.any(name);
            if (value instanceof JsonValue.Text text) {
                return Id.orNowhere(kind, text.value());
            }
            if (value != null) {
                fields.wrongType(name, expected, value);
            }
            return null;
        });
    }

    /** Returns an array of so many items. The reader adds what is wrong with them, and refuses too few of them. */
    public static <T> Kind<T> list(int least, int most, Schema items, ItemsReader<T> reader) {
        return of(Schema.list(least, most, items), "an array", (fields, name) -> {
            List<JsonValue> values = fields.array(name, most);
            return values == null ? null : reader.read(fields, name, values);
        });
    }

    /** Returns the same kind, read as something else. */
    public <R> Kind<R> as(Function<T, R> make) {
        return of(schema, expected, (fields, name) -> {
            T value = reader.read(fields, name);
            return value == null ? null : make.apply(value);
        });
    }

    /** Returns the same kind with null beside its values. */
    public Kind<T> orNull(T whenNull) {
        return of(
                schema.orNull(),
                expected,
                (fields, name) -> fields.isNull(name) ? whenNull : reader.read(fields, name));
    }

    /**
     * Returns the same kind without some of its values.
     *
     * @param refused the values that are refused
     * @param other their schema
     * @param code the code of the error
     * @param detail the text of the error
     */
    public Kind<T> except(Predicate<T> refused, Schema other, String code, String detail) {
        return of(schema.except(other), expected, (fields, name) -> {
            T value = reader.read(fields, name);
            if (value != null && refused.test(value)) {
                fields.error(name, code, detail);
            }
            return value;
        });
    }

    /** Returns the same kind with another schema, where what is read is judged by a rule of the body too. */
    public Kind<T> shownAs(Schema other) {
        return of(other, expected, reader);
    }

    public Schema schema() {
        return schema;
    }

    String expected() {
        return expected;
    }

    @Nullable
    T read(Fields fields, String name) {
        return reader.read(fields, name);
    }

    /**
     * Adds an error at an item of an array, or inside of it.
     *
     * @param inside the JSON Pointer from the item on; empty for the item itself
     */
    public static void itemError(Fields fields, String name, int index, String inside, String code, String detail) {
        String pointer = "/" + name + "/" + index + inside;
        fields.errorInside(ProblemError.of(ProblemError.Source.POINTER, pointer, code, detail));
    }
}
