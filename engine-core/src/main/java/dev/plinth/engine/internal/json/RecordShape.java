package dev.plinth.engine.internal.json;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.Quoted;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The type of a record's component as JSON.
 *
 * @param schema prints its JSON Schema
 * @param expected what it is in a message
 * @param reader reads a value
 */
record RecordShape(Consumer<JsonBytes> schema, String expected, Reader reader) {
    private static final Map<Type, RecordShape> SCALARS = scalars();

    /** Reads a value. Adds errors and returns null if it does not fit. */
    @FunctionalInterface
    interface Reader {
        @Nullable
        Object read(JsonValue value, String at, List<ProblemError> errors);
    }

    /** Returns the shape of a type, or refuses it. */
    static RecordShape of(Type type, String place, Deque<Class<?>> outer) {
        RecordShape scalar = SCALARS.get(type);
        if (scalar != null) {
            return scalar;
        }
        if (type instanceof Class<?> plain && plain.isEnum()) {
            return words(plain);
        }
        if (type instanceof Class<?> plain && plain.isRecord()) {
            RecordType inner = RecordType.of(plain, outer);
            return new RecordShape(inner::print, "an object", inner::read);
        }
        Type item = argument(type, List.class, 0);
        if (item != null) {
            return list(of(item, place, outer));
        }
        Type member = String.class.equals(argument(type, Map.class, 0)) ? argument(type, Map.class, 1) : null;
        if (member != null) {
            return map(of(member, place, outer));
        }
        throw new IllegalArgumentException(place + " has the type " + type.getTypeName()
                + ". Use String, a number, boolean, Instant, Json, an enum, a record, or a List, a Map by String or an"
                + " Optional of these.");
    }

    /** Returns a type argument of a generic class, or null if the type is not of this class. */
    static @Nullable Type argument(Type type, Class<?> generic, int index) {
        return type instanceof ParameterizedType parameterized && parameterized.getRawType() == generic
                ? parameterized.getActualTypeArguments()[index]
                : null;
    }

    void print(JsonBytes json) {
        schema.accept(json);
    }

    @Nullable
    Object read(JsonValue value, String at, List<ProblemError> errors) {
        return reader.read(value, at, errors);
    }

    /** Returns a value without members as one that JSON has. */
    static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Enum<?> word) {
            return word.name();
        }
        return value instanceof Instant ? value.toString() : value;
    }

    static void wrongType(String expected, JsonValue got, String at, List<ProblemError> errors) {
        error(at, "invalid_type", "The value must be " + expected + ", got " + got.kind() + ".", errors);
    }

    static void error(String at, String code, String detail, List<ProblemError> errors) {
        if (!isFull(errors)) {
            errors.add(ProblemError.of(ProblemError.Source.POINTER, at, code, detail));
        }
    }

    /** Returns true if there are as many errors as an answer has. The rest of the value is not read then. */
    static boolean isFull(List<ProblemError> errors) {
        return errors.size() >= Limits.ERRORS_MAX;
    }

    private static Map<Type, RecordShape> scalars() {
        Map<Type, RecordShape> scalars = new LinkedHashMap<>();
        RecordShape text = scalar("string", "a string", value -> value instanceof JsonValue.Text t ? t.value() : null);
        RecordShape truth =
                scalar("boolean", "a boolean", value -> value instanceof JsonValue.Bool b ? b.value() : null);
        RecordShape whole32 = number("integer", "a whole number of 32 bits", BigDecimal::intValueExact);
        RecordShape whole64 = number("integer", "a whole number of 64 bits", BigDecimal::longValueExact);
        RecordShape real = number("number", "a number", RecordShape::finite);
        scalars.put(String.class, text);
        scalars.put(boolean.class, truth);
        scalars.put(Boolean.class, truth);
        scalars.put(int.class, whole32);
        scalars.put(Integer.class, whole32);
        scalars.put(long.class, whole64);
        scalars.put(Long.class, whole64);
        scalars.put(double.class, real);
        scalars.put(Double.class, real);
        scalars.put(
                BigDecimal.class,
                number(
                        "number",
                        "a number of at most " + Limits.SCHEMA_NUMBER_DIGITS_MAX + " digits",
                        RecordShape::bounded));
        scalars.put(
                Instant.class,
                new RecordShape(
                        json -> json.open()
                                .member("type", "string")
                                .member("format", "date-time")
                                .close(),
                        "an RFC 3339 time",
                        RecordShape::time));
        scalars.put(
                Json.class,
                new RecordShape(
                        json -> json.open().close(),
                        "any JSON",
                        (value, at, errors) -> Json.trusted(JsonBytes.compact(value))));
        return scalars;
    }

    private static RecordShape scalar(String type, String expected, Function<JsonValue, @Nullable Object> reader) {
        return new RecordShape(json -> json.open().member("type", type).close(), expected, (value, at, errors) -> {
            Object read = reader.apply(value);
            if (read == null) {
                wrongType(expected, value, at, errors);
            }
            return read;
        });
    }

    private static RecordShape number(String type, String expected, Function<BigDecimal, Object> reader) {
        return new RecordShape(json -> json.open().member("type", type).close(), expected, (value, at, errors) -> {
            if (!(value instanceof JsonValue.Num number)) {
                wrongType(expected, value, at, errors);
                return null;
            }
            try {
                return reader.apply(new BigDecimal(number.written()));
            } catch (ArithmeticException | NumberFormatException e) {
                error(
                        at,
                        "out_of_range",
                        "The value must be " + expected + ", got " + Quoted.of(number.written()) + ".",
                        errors);
                return null;
            }
        });
    }

    /** Refuses numbers that a few characters make so long that to compute with them takes minutes. */
    private static Object bounded(BigDecimal decimal) {
        if (SchemaNodes.isHuge(decimal)) {
            throw new ArithmeticException("The number has too many digits");
        }
        return decimal;
    }

    private static Object finite(BigDecimal decimal) {
        double value = decimal.doubleValue();
        if (Double.isInfinite(value)) {
            throw new ArithmeticException("The number is too large for a double");
        }
        return value;
    }

    private static @Nullable Object time(JsonValue value, String at, List<ProblemError> errors) {
        if (value instanceof JsonValue.Text text) {
            try {
                return Instant.parse(text.value());
            } catch (DateTimeParseException e) {
                error(
                        at,
                        "invalid_format",
                        "The value must be an RFC 3339 time in UTC, such as 2026-01-31T12:00:00Z, got "
                                + Quoted.of(text.value()) + ".",
                        errors);
                return null;
            }
        }
        wrongType("an RFC 3339 time", value, at, errors);
        return null;
    }

    private static RecordShape words(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(((Enum<?>) constant).name(), constant);
        }
        String expected = "one of " + String.join(", ", constants.keySet());
        return new RecordShape(
                json -> {
                    json.open().member("type", "string").name("enum").openArray();
                    constants.keySet().forEach(json::text);
                    json.closeArray().close();
                },
                expected,
                (value, at, errors) -> {
                    Object constant = value instanceof JsonValue.Text text ? constants.get(text.value()) : null;
                    if (constant == null) {
                        error(
                                at,
                                "invalid_value",
                                "The value must be " + expected + ", got " + Fields.shown(value) + ".",
                                errors);
                    }
                    return constant;
                });
    }

    private static RecordShape list(RecordShape item) {
        return new RecordShape(
                json -> {
                    json.open().member("type", "array").name("items");
                    item.print(json);
                    json.close();
                },
                "an array",
                (value, at, errors) -> {
                    if (!(value instanceof JsonValue.Arr array)) {
                        wrongType("an array", value, at, errors);
                        return null;
                    }
                    List<Object> items = new ArrayList<>();
                    int before = errors.size();
                    for (int i = 0; i < array.items().size() && !isFull(errors); i++) {
                        Object read = item.read(array.items().get(i), at + "/" + i, errors);
                        if (read != null) {
                            items.add(read);
                        }
                    }
                    return errors.size() > before ? null : List.copyOf(items);
                });
    }

    private static RecordShape map(RecordShape member) {
        return new RecordShape(
                json -> {
                    json.open().member("type", "object").name("additionalProperties");
                    member.print(json);
                    json.close();
                },
                "an object",
                (value, at, errors) -> {
                    if (!(value instanceof JsonValue.Obj object)) {
                        wrongType("an object", value, at, errors);
                        return null;
                    }
                    Map<String, Object> members = new LinkedHashMap<>();
                    int before = errors.size();
                    for (Map.Entry<String, JsonValue> entry : object.members().entrySet()) {
                        if (isFull(errors)) {
                            break;
                        }
                        Object read = member.read(entry.getValue(), Pointer.below(at, entry.getKey()), errors);
                        if (read != null) {
                            members.put(entry.getKey(), read);
                        }
                    }
                    return errors.size() > before ? null : Collections.unmodifiableMap(members);
                });
    }
}
