package dev.plinth.engine.internal.shape;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.problem.Quoted;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of a query, declared once. Immutable.
 *
 * @param <T> what it is read as
 * @param name its name
 * @param schema its schema
 * @param description a sentence for documents
 * @param reader reads its text
 */
public record Parameter<T>(String name, Schema schema, String description, Reader<T> reader) {
    private static final List<String> TRUTHS = List.of("true", "false");

    /** Reads the text of a parameter. */
    @FunctionalInterface
    public interface Reader<T> {
        /** Returns the value; null if it is wrong. */
        @Nullable
        T read(String text, Errors errors);
    }

    /** Takes the errors of a parameter. */
    @FunctionalInterface
    public interface Errors {
        /** Adds an error. */
        void add(String code, String detail);
    }

    /** Returns any text. */
    public static Parameter<String> text(String name, String description) {
        return new Parameter<>(name, Schema.TEXT, description, (text, errors) -> text);
    }

    /**
     * Returns text that matches a pattern as a whole.
     *
     * @param expected the text for an error, such as {@code a path}
     */
    public static Parameter<String> matching(String name, Pattern pattern, String expected, String description) {
        Schema schema = Schema.of("string", json -> json.member("pattern", Schema.wholly(pattern)));
        return new Parameter<>(name, schema, description, (text, errors) -> {
            if (pattern.matcher(text).matches()) {
                return text;
            }
            errors.add("invalid_format", name + " must be " + expected + ", got " + Quoted.of(text) + ".");
            return null;
        });
    }

    /** Returns one of these words. */
    public static Parameter<String> oneOf(String name, List<String> words, String description) {
        return new Parameter<>(
                name, Schema.oneOf(words), description, (text, errors) -> word(name, text, words, errors));
    }

    /** Returns a truth value. */
    public static Parameter<Boolean> truth(String name, String description) {
        return new Parameter<>(name, Schema.TRUTH, description, (text, errors) -> {
            String word = word(name, text, TRUTHS, errors);
            return word == null ? null : (Boolean) word.equals("true");
        });
    }

    /** Returns a whole number in a range. */
    public static Parameter<Integer> whole(String name, int least, int most, String description) {
        return new Parameter<>(name, Schema.whole(least, most), description, (text, errors) -> {
            boolean isNumber = text.matches("\\d{1,18}");
            long value = isNumber ? Long.parseLong(text) : -1;
            if (!isNumber || value < least || value > most) {
                errors.add(
                        "out_of_range",
                        name + " must be " + least + " to " + most + ", got " + (isNumber ? text : Quoted.of(text))
                                + ".");
                return null;
            }
            return (int) value;
        });
    }

    /**
     * Returns a time.
     *
     * @param up true to read the next millisecond of a time between two of them, false for the one before
     */
    public static Parameter<Long> time(String name, boolean up, String description) {
        return new Parameter<>(name, Schema.TIME, description, (text, errors) -> {
            Long millis = up ? Times.parseUp(text) : Times.parse(text);
            if (millis == null) {
                errors.add(
                        "invalid_format",
                        name + " must be an RFC 3339 time such as 2025-01-01T00:00:00.000Z, got " + Quoted.of(text)
                                + (text.indexOf(' ') < 0 ? "." : ". Write + as %2B."));
            }
            return millis;
        });
    }

    /** Returns the id of something, which need not exist. */
    public static Parameter<Id> id(String name, IdKind kind, String description) {
        return new Parameter<>(name, Schema.id(kind), description, (text, errors) -> {
            Id id = Id.parse(kind, text);
            if (id == null) {
                errors.add(
                        "invalid_format",
                        name + " must be an id " + kind.prefix() + "_…, got " + Quoted.of(text) + ".");
            }
            return id;
        });
    }

    /** Returns this parameter with a default in its schema. */
    public Parameter<T> withDefault(int value) {
        return new Parameter<>(name, schema.and(json -> json.member("default", value)), description, reader);
    }

    private static @Nullable String word(String name, String text, List<String> words, Errors errors) {
        if (words.contains(text)) {
            return text;
        }
        errors.add(
                "invalid_value",
                name + " must be one of " + String.join(", ", words) + ", got " + Quoted.of(text) + ".");
        return null;
    }
}
