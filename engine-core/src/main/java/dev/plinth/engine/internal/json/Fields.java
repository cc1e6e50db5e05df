package dev.plinth.engine.internal.json;

import dev.plinth.engine.api.NearestName;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.problem.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes members out of an object one by one and collects all errors, so that the caller learns all of them at once. A
 * member that was not taken is unknown, and an error too. Not thread-safe.
 */
public final class Fields {
    private static final int MEMBERS_USUAL = 4;
    /** Names that read well in a sentence. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,39}");

    /** Digits that always fit into a long. */
    private static final int LONG_DIGITS = 18;

    private final JsonValue.Obj object;
    private final String at;
    private final List<ProblemError> errors;
    /** A list suffices, because an object has few known members. */
    private List<String> taken = List.of();
    /** Names of members elsewhere, by which callers mean members of this object. */
    private Map<String, String> namesElsewhere = Map.of();

    /** Takes members from this object, which is at a JSON Pointer, and adds to these errors. */
    public Fields(JsonValue.Obj object, String at, List<ProblemError> errors) {
        this.object = object;
        this.at = at;
        this.errors = errors;
    }

    /** Returns the fields of an object inside this one. */
    public Fields inside(String name, JsonValue.Obj inner) {
        return new Fields(inner, pointer(name), errors);
    }

    /** Adds an error at a member, unless the list of errors is full. */
    public void error(String name, String code, String detail) {
        if (!isFull()) {
            errors.add(ProblemError.of(ProblemError.Source.POINTER, pointer(name), code, detail));
        }
    }

    /** Adds an error at a member, and returns null in place of its value. */
    private <T> @Nullable T wrong(String name, String code, String detail) {
        error(name, code, detail);
        return null;
    }

    /** Adds an error whose pointer starts at this object, unless the list of errors is full. */
    public void errorInside(ProblemError error) {
        if (!isFull()) {
            errors.add(ProblemError.of(error.source(), at + error.at(), error.code(), error.detail()));
        }
    }

    private boolean isFull() {
        return errors.size() >= Limits.ERRORS_MAX;
    }

    /** Returns the JSON Pointer of a member. */
    private String pointer(String name) {
        return Pointer.below(at, name);
    }

    /** Returns true if the member is present, even as null. */
    public boolean has(String name) {
        return object.get(name) != null;
    }

    /** Returns true if the member is present and JSON null. It is taken then. */
    public boolean isNull(String name) {
        boolean isNull = object.get(name) instanceof JsonValue.Null;
        if (isNull) {
            take(name);
        }
        return isNull;
    }

    private void take(String name) {
        if (taken.isEmpty()) {
            taken = new ArrayList<>(MEMBERS_USUAL);
        }
        if (!taken.contains(name)) {
            taken.add(name);
        }
    }

    /** Notes names that similar members have elsewhere, each with the name of the member here. */
    public void noteNamesElsewhere(Map<String, String> names) {
        namesElsewhere = names;
    }

    /** Returns true if all members were taken. */
    private boolean areAllTaken() {
        int there = 0;
        for (int i = 0; i < taken.size(); i++) {
            there += has(taken.get(i)) ? 1 : 0;
        }
        return there == object.members().size();
    }

    /** Takes a member as it is, or null if it is absent. */
    public @Nullable JsonValue any(String name) {
        take(name);
        return object.get(name);
    }

    /** Takes a text of so many code points, or null if it is absent or wrong. */
    public @Nullable String text(String name, int lengthMin, int lengthMax) {
        String value = string(name);
        if (value == null) {
            return null;
        }
        int length = value.codePointCount(0, value.length());
        return length >= lengthMin && length <= lengthMax
                ? value
                : wrong(
                        name,
                        length < lengthMin ? "too_short" : "too_long",
                        subject(name) + " must have " + lengthMin + " to " + lengthMax + " characters, got " + length
                                + ".");
    }

    /** Takes a text that matches a pattern, or null if it is absent or wrong. */
    public @Nullable String matching(String name, Pattern pattern) {
        return matching(name, pattern, text -> pattern.matcher(text).matches());
    }

    /** Takes a text of at most so many characters that matches a pattern, or null if it is absent or wrong. */
    public @Nullable String matching(String name, Pattern pattern, int lengthMax) {
        String value = string(name);
        // The length is checked first, because the stack of a pattern may grow with the text.
        if (value != null && value.length() > lengthMax) {
            return wrong(
                    name,
                    "too_long",
                    subject(name) + " must have at most " + lengthMax + " characters, got " + value.length() + ".");
        }
        return value == null ? null : matching(name, pattern);
    }

    /**
     * Takes a text that matches a pattern, by a test that is quicker than the pattern. Returns null if it is absent or
     * wrong.
     */
    public @Nullable String matching(String name, Pattern pattern, Predicate<String> test) {
        String value = string(name);
        return value == null || test.test(value)
                ? value
                : wrong(
                        name,
                        "invalid_format",
                        subject(name) + " must match " + pattern + ", got " + Quoted.of(value) + ".");
    }

    /** Takes a text out of these words, or null if it is absent or wrong. */
    public @Nullable String oneOf(String name, List<String> words) {
        String value = string(name);
        return value == null || words.contains(value)
                ? value
                : wrong(
                        name,
                        "invalid_value",
                        subject(name) + " must be one of " + String.join(", ", words) + ", got " + Quoted.of(value)
                                + ".");
    }

    /** Takes a whole number in a range, or null if it is absent or wrong. */
    public @Nullable Long whole(String name, long least, long most) {
        JsonValue value = any(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof JsonValue.Num num) || !num.written().matches("-?\\d+")) {
            wrongType(name, "a whole number", value);
            return null;
        }
        Long number = num.written().length() > LONG_DIGITS ? null : (Long) Long.parseLong(num.written());
        if (number == null || number < least || number > most) {
            String got = number == null ? Quoted.of(num.written()) : num.written();
            error(name, "out_of_range", subject(name) + " must be " + least + " to " + most + ", got " + got + ".");
            return null;
        }
        return number;
    }

    /** Takes a truth value, or null if it is absent or wrong. */
    public @Nullable Boolean truth(String name) {
        JsonValue.Bool bool = of(name, JsonValue.Bool.class, "a boolean");
        return bool == null ? null : (Boolean) bool.value();
    }

    /** Takes a time in epoch milliseconds, or null if it is absent or wrong. */
    public @Nullable Long time(String name) {
        JsonValue.Text text = of(name, JsonValue.Text.class, "an RFC 3339 time");
        if (text == null) {
            return null;
        }
        Long millis = Times.parse(text.value());
        if (millis == null) {
            error(
                    name,
                    "invalid_format",
                    subject(name) + " must be an RFC 3339 time such as 2025-01-01T00:00:00.000Z, got "
                            + Quoted.of(text.value()) + ".");
        }
        return millis;
    }

    /** Takes an object, or null if it is absent or wrong. */
    public JsonValue.@Nullable Obj object(String name) {
        return of(name, JsonValue.Obj.class, "an object");
    }

    /** Takes an array, or null if it is absent or wrong. */
    public @Nullable List<JsonValue> array(String name, int itemsMax) {
        JsonValue.Arr arr = of(name, JsonValue.Arr.class, "an array");
        if (arr == null) {
            return null;
        }
        int items = arr.items().size();
        return items <= itemsMax
                ? arr.items()
                : wrong(
                        name,
                        "too_many",
                        subject(name) + " must have at most " + itemsMax + " items, got " + items + ".");
    }

    private @Nullable String string(String name) {
        JsonValue.Text text = of(name, JsonValue.Text.class, "a string");
        return text == null ? null : text.value();
    }

    /** Takes a value of one kind, or null if it is absent or of another kind. */
    private <V extends JsonValue> @Nullable V of(String name, Class<V> kind, String expected) {
        JsonValue value = any(name);
        if (value != null && !kind.isInstance(value)) {
            wrongType(name, expected, value);
            return null;
        }
        return value == null ? null : kind.cast(value);
    }

    /** Returns how a text names a member: as it is, or in quotes if it is a name that a caller made up. */
    private static String subject(String name) {
        return PLAIN_NAME.matcher(name).matches() ? name : Quoted.of(name);
    }

    /** Returns how a text shows a value that is wrong: text shortened and in quotes, and of other values their kind. */
    public static String shown(@Nullable JsonValue value) {
        if (value == null) {
            return "none";
        }
        return value instanceof JsonValue.Text text ? Quoted.of(text.value()) : value.kind();
    }

    /** Adds the error that a required member is missing. */
    public void missing(String name, String expected) {
        take(name);
        error(name, "required", subject(name) + " must be " + expected + ", and is missing.");
    }

    /** Adds the error that a member is of the wrong kind. */
    public void wrongType(String name, String expected, JsonValue got) {
        error(name, "invalid_type", subject(name) + " must be " + expected + ", got " + got.kind() + ".");
    }

    /** Adds an error for each member that was not taken: it is unknown or read-only. */
    public void end() {
        if (areAllTaken()) {
            return;
        }
        for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
            if (isFull()) {
                return;
            }
            if (!taken.contains(member.getKey())) {
                error(member.getKey(), "unknown_member", unknown(member.getKey()));
            }
        }
    }

    private String unknown(String name) {
        String text = "Unknown or read-only member " + Quoted.of(name) + ". ";
        if (taken.isEmpty()) {
            return text + "Leave it out, because there are no members here.";
        }
        String meant = namesElsewhere.get(name);
        String nearest = meant == null ? NearestName.of(name, taken).orElse(null) : meant;
        return text
                + (nearest == null
                        ? "Use one of " + String.join(", ", taken) + ", or leave it out."
                        : "The nearest name is " + nearest + ".");
    }
}
