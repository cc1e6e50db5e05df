package dev.plinth.engine.internal.json;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.JsonCodec;
import dev.plinth.engine.api.JsonMismatchException;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.api.WireValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Serves {@link Json} with the engine's own strict reader and renderer. */
public final class JacksonCodec implements JsonCodec {
    private static final int ERRORS_TOLD_MAX = 3;

    /** The shapes of the classes that values were read into. They go with their classes. */
    private static final ClassValue<RecordShape> SHAPES = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            return RecordShape.of(type, type.getName(), new ArrayDeque<>());
        }
    };

    @Override
    public void check(byte[] utf8) {
        try {
            JsonReader.read(utf8);
        } catch (MalformedJsonException e) {
            throw new IllegalArgumentException(e.sentence(), e);
        }
    }

    @Override
    public @Nullable Object read(byte[] utf8) {
        return java(JsonReader.trusted(utf8));
    }

    @Override
    public byte[] write(@Nullable Object value) {
        byte[] bytes = JsonBytes.compact(json(value));
        check(bytes);
        return bytes;
    }

    @Override
    public <T extends WireValue> T value(Class<T> type, Json json) {
        return ApiValueReader.read(type, json);
    }

    @Override
    public Optional<Json> at(Json json, String pointer) {
        return Pointer.find(JsonReader.trusted(json.utf8()), pointer)
                .map(found -> Json.trusted(JsonBytes.compact(found)));
    }

    @Override
    public Map<String, Json> members(Json json) {
        Map<String, Json> members = new LinkedHashMap<>();
        ApiValueReader.object(JsonReader.trusted(json.utf8()))
                .members()
                .forEach((name, value) -> members.put(name, Json.trusted(JsonBytes.compact(value))));
        return Collections.unmodifiableMap(members);
    }

    @Override
    public List<Json> items(Json json) {
        if (JsonReader.trusted(json.utf8()) instanceof JsonValue.Arr array) {
            return array.items().stream()
                    .map(item -> Json.trusted(JsonBytes.compact(item)))
                    .toList();
        }
        throw new IllegalArgumentException("The JSON must be an array. Read it with another method.");
    }

    @Override
    public <T> T as(Class<T> type, Json json) {
        if (WireValue.class.isAssignableFrom(type)) {
            return type.cast(ApiValueReader.read(type.asSubclass(WireValue.class), json));
        }
        List<ProblemError> errors = new ArrayList<>();
        Object read = SHAPES.get(type).read(JsonReader.trusted(json.utf8()), "", errors);
        if (read == null) {
            throw new JsonMismatchException("The JSON does not fit " + type.getName() + sentence(errors), errors);
        }
        @SuppressWarnings("unchecked") // a shape reads what its type has; the class of a primitive casts nothing
        T value = (T) read;
        return value;
    }

    private static String sentence(List<ProblemError> errors) {
        StringBuilder told = new StringBuilder();
        for (int i = 0; i < Math.min(errors.size(), ERRORS_TOLD_MAX); i++) {
            ProblemError error = errors.get(i);
            told.append(i == 0 ? ": " : " ")
                    .append(error.at().isEmpty() ? "the value" : error.at())
                    .append(": ")
                    .append(error.detail());
        }
        int more = errors.size() - ERRORS_TOLD_MAX;
        return more > 0 ? told.append(" And ").append(more).append(" more.").toString() : told.toString();
    }

    private static @Nullable Object java(JsonValue value) {
        if (value instanceof JsonValue.Obj obj) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            obj.members().forEach((name, member) -> map.put(name, java(member)));
            return Collections.unmodifiableMap(map);
        }
        if (value instanceof JsonValue.Arr arr) {
            List<@Nullable Object> list = new ArrayList<>();
            arr.items().forEach(item -> list.add(java(item)));
            return Collections.unmodifiableList(list);
        }
        if (value instanceof JsonValue.Text text) {
            return text.value();
        }
        if (value instanceof JsonValue.Num num) {
            return new BigDecimal(num.written());
        }
        return value instanceof JsonValue.Bool bool ? bool.value() : null;
    }

    private static JsonValue json(@Nullable Object value) {
        return json(value, 0);
    }

    /** Returns a value as JSON. Its depth ends a value that contains itself. */
    private static JsonValue json(@Nullable Object value, int depth) {
        if (value == null) {
            return JsonValue.Null.NULL;
        }
        if (value instanceof Json json) {
            return JsonReader.trusted(json.utf8());
        }
        if (value instanceof WireValue shown) {
            return JsonReader.trusted(shown.json().utf8());
        }
        if (value instanceof CharSequence text) {
            return new JsonValue.Text(text.toString());
        }
        if (value instanceof Boolean bool) {
            return new JsonValue.Bool(bool);
        }
        if (value instanceof Map<?, ?> map) {
            RecordType.checkDepth(depth);
            Map<String, JsonValue> members = new LinkedHashMap<>();
            map.forEach((name, member) -> members.put(RecordType.memberName(name), json(member, depth + 1)));
            return new JsonValue.Obj(members);
        }
        if (value instanceof Iterable<?> items) {
            RecordType.checkDepth(depth);
            List<JsonValue> list = new ArrayList<>();
            items.forEach(item -> list.add(json(item, depth + 1)));
            return new JsonValue.Arr(list);
        }
        if (value instanceof Record || value instanceof Enum || value instanceof Instant || value instanceof Optional) {
            return json(RecordType.plain(value, depth), depth);
        }
        return number(value);
    }

    private static JsonValue number(Object value) {
        boolean whole = value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte
                || value instanceof BigInteger
                || value instanceof BigDecimal;
        boolean finite =
                value instanceof Double d && Double.isFinite(d) || value instanceof Float f && Float.isFinite(f);
        if (whole || finite) {
            return new JsonValue.Num(value.toString());
        }
        throw new IllegalArgumentException(
                "A value must be a map, an iterable, a string, a finite number, a boolean, a Json or null, got "
                        + value.getClass().getName() + ". Convert it first.");
    }
}
