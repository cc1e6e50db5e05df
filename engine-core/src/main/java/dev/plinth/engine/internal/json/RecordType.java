package dev.plinth.engine.internal.json;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NearestName;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.Quoted;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record class of the host as a JSON object. Its components are the members, which are required unless their type is
 * {@code Optional}. Immutable.
 */
public final class RecordType {
    private static final int MESSAGE_LENGTH_MAX = 500;

    private final Constructor<?> constructor;
    private final Map<String, Part> parts;

    private RecordType(Constructor<?> constructor, Map<String, Part> parts) {
        this.constructor = constructor;
        this.parts = parts;
    }

    /** A component of a record. */
    private record Part(boolean required, RecordShape shape) {}

    /**
     * Looks at a record class.
     *
     * @throws IllegalArgumentException if it is no record or has a component that JSON cannot be read into; the message
     *     names it
     */
    public static RecordType of(Class<?> type) {
        return of(type, new ArrayDeque<>());
    }

    static RecordType of(Class<?> type, Deque<Class<?>> outer) {
        if (!type.isRecord() || outer.contains(type)) {
            throw new IllegalArgumentException(
                    type.getName() + " must be a record that does not contain itself. Declare one for the input.");
        }
        outer.push(type);
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] parameters = new Class<?>[components.length];
        Map<String, Part> parts = new LinkedHashMap<>();
        for (int i = 0; i < components.length; i++) {
            parameters[i] = components[i].getType();
            Type declared = components[i].getGenericType();
            Type inside = RecordShape.argument(declared, Optional.class, 0);
            String place = type.getName() + "." + components[i].getName();
            RecordShape shape = RecordShape.of(inside == null ? declared : inside, place, outer);
            parts.put(components[i].getName(), new Part(inside == null, shape));
        }
        Class<?> unused = outer.pop();
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
            return new RecordType(constructor, parts);
        } catch (NoSuchMethodException | InaccessibleObjectException e) {
            throw new IllegalArgumentException(
                    "The engine cannot call the constructor of " + type.getName()
                            + ". Open its package to the engine, or make the record public.",
                    e);
        }
    }

    /** Prints the JSON Schema of the object. */
    public void print(JsonBytes json) {
        json.open().member("type", "object").name("properties").open();
        parts.forEach((name, part) -> part.shape().print(json.name(name)));
        json.close().name("required").openArray();
        parts.forEach((name, part) -> {
            if (part.required()) {
                json.text(name);
            }
        });
        json.closeArray().member("additionalProperties", false).close();
    }

    /**
     * Reads a record.
     *
     * @param at the JSON Pointer of the value
     * @param errors gets what is wrong with the value
     * @return the record, or null if there is an error
     */
    public @Nullable Object read(JsonValue value, String at, List<ProblemError> errors) {
        if (!(value instanceof JsonValue.Obj object)) {
            RecordShape.wrongType("an object", value, at, errors);
            return null;
        }
        int before = errors.size();
        @Nullable Object[] arguments = new @Nullable Object[parts.size()];
        int next = 0;
        for (Map.Entry<String, Part> entry : parts.entrySet()) {
            if (RecordShape.isFull(errors)) {
                return null;
            }
            JsonValue member = object.get(entry.getKey());
            arguments[next++] = argument(
                    entry.getValue(),
                    member instanceof JsonValue.Null ? null : member,
                    at + "/" + entry.getKey(),
                    errors);
        }
        for (String name : object.members().keySet()) {
            if (!parts.containsKey(name) && !RecordShape.isFull(errors)) {
                RecordShape.error(Pointer.below(at, name), "unknown_member", unknown(name), errors);
            }
        }
        return errors.size() > before ? null : made(arguments, at, errors);
    }

    private String unknown(String name) {
        String nearest = NearestName.of(name, parts.keySet()).orElse(null);
        return "Unknown member " + Quoted.of(name) + ". "
                + (nearest == null ? "Correct its name, or leave it out." : "The nearest name is " + nearest + ".");
    }

    private static @Nullable Object argument(
            Part part, @Nullable JsonValue member, String at, List<ProblemError> errors) {
        if (member == null) {
            if (part.required()) {
                RecordShape.error(
                        at, "required", "The member must be " + part.shape().expected() + ", and is missing.", errors);
            }
            return Optional.empty();
        }
        Object value = part.shape().read(member, at, errors);
        return part.required() ? value : Optional.ofNullable(value);
    }

    /** Calls the constructor, whose own checks are rules of the input. */
    private @Nullable Object made(@Nullable Object[] arguments, String at, List<ProblemError> errors) {
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IllegalArgumentException
                    || cause instanceof DateTimeException
                    || cause instanceof ArithmeticException) {
                RecordShape.error(at, "invalid_value", sentence(cause), errors);
                return null;
            }
            throw new IllegalStateException("The constructor of " + constructor.getName() + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Expected to call " + constructor.getName() + ", but could not", e);
        }
    }

    /** Returns what the host says of the input. What the JDK says may name classes of the host. */
    private static String sentence(Throwable refused) {
        StackTraceElement[] stack = refused.getStackTrace();
        String message = refused.getMessage();
        if (message == null || stack.length == 0 || stack[0].getClassName().startsWith("java.")) {
            return "The operation refuses this value without a reason. Compare it with the documentation of the operation.";
        }
        return Quoted.cut(message, MESSAGE_LENGTH_MAX);
    }

    /**
     * Returns a result of the host as JSON.
     *
     * @param result a {@code Json}, a record or a map
     * @throws IllegalArgumentException if it is something else, or contains something that JSON does not have
     */
    public static Json write(Object result) {
        if (result instanceof Json json) {
            return json;
        }
        if (plain(result, 0) instanceof Map<?, ?> members) {
            Map<String, @Nullable Object> named = new LinkedHashMap<>();
            members.forEach((name, member) -> named.put(String.valueOf(name), member));
            return Json.of(named);
        }
        throw new IllegalArgumentException("A result must be a Json, a record or a map, got "
                + result.getClass().getName() + ". Put it into a record.");
    }

    /** Returns a value with records, enums, times and optional values as what JSON has. */
    static @Nullable Object plain(@Nullable Object value, int depth) {
        if (value instanceof Record && !(value instanceof WireValue)) {
            checkDepth(depth);
            return members(value, depth);
        }
        if (value instanceof Map<?, ?> map) {
            checkDepth(depth);
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            map.forEach((name, member) -> members.put(memberName(name), plain(member, depth + 1)));
            return members;
        }
        if (value instanceof Iterable<?> items) {
            checkDepth(depth);
            List<@Nullable Object> list = new ArrayList<>();
            items.forEach(item -> list.add(plain(item, depth + 1)));
            return list;
        }
        if (value instanceof Optional<?> optional) {
            return plain(optional.orElse(null), depth);
        }
        return RecordShape.plain(value);
    }

    /** Refuses a map, list or record that is deeper than JSON may be, and so one that contains itself. */
    static void checkDepth(int depth) {
        if (depth >= Limits.JSON_DEPTH_MAX) {
            throw new IllegalArgumentException("A value must be nested " + Limits.JSON_DEPTH_MAX
                    + " levels deep at most, and must not contain itself, got one that is deeper."
                    + " Flatten it, or break the cycle.");
        }
    }

    /** Returns the key of a map as the name of a member. */
    static String memberName(@Nullable Object name) {
        if (name instanceof CharSequence || name instanceof Enum) {
            return name.toString();
        }
        throw new IllegalArgumentException("The name of a member must be a string, got "
                + (name == null ? "null" : name.getClass().getName()) + ". Convert it first.");
    }

    private static Map<String, @Nullable Object> members(Object value, int depth) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                Object member = component.getAccessor().invoke(value);
                if (!(member instanceof Optional<?> optional && optional.isEmpty())) {
                    members.put(component.getName(), plain(member, depth + 1));
                }
            } catch (ReflectiveOperationException | InaccessibleObjectException e) {
                throw new IllegalArgumentException(
                        "The engine cannot read " + component.getName() + " of "
                                + value.getClass().getName() + ". Open its package to the engine, or make it public.",
                        e);
            }
        }
        return members;
    }
}
