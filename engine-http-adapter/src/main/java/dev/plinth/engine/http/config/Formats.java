package dev.plinth.engine.http.config;

import dev.plinth.engine.api.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Makes the formats of values. */
public final class Formats {
    private Formats() {}

    /**
     * Returns the format of a text that is not blank.
     *
     * @param what the text for a message and a table, such as {@code a path}
     * @param check returns any value, or throws an {@code IllegalArgumentException} that says what is wrong
     */
    public static Format<String> text(String what, Function<String, ?> check) {
        return new TextFormat(what, check);
    }

    /** Returns the format of a file or directory. */
    public static Format<Path> path() {
        return new PathFormat();
    }

    /** Returns the format of a whole number from {@code min} to {@code max}. */
    public static Format<Long> whole(long min, long max) {
        return new WholeFormat(min, max);
    }

    /** Returns the format of {@code true} and {@code false}. */
    public static Format<Boolean> truth() {
        return new TruthFormat();
    }

    /** Returns the format of one of these words. */
    public static Format<String> choice(String... words) {
        return new ChoiceFormat(List.of(words));
    }

    /** Returns the format of a list. */
    public static <T> Format<List<T>> items(Format<T> item) {
        return new ItemsFormat<>(item);
    }

    /**
     * Returns the format of an object with keys of the user's choice.
     *
     * @param key what a key is, such as {@code a host}
     * @param made makes the value of an entry from its key, or throws an {@code IllegalArgumentException}
     */
    public static <V, T> Format<Map<String, T>> named(String key, Format<V> value, BiFunction<String, V, T> made) {
        return new NamedFormat<>(key, value, made);
    }

    /** Returns the format of an object with these members. */
    public static Format<Map<String, Object>> members(List<Member> members) {
        return new MembersFormat(members);
    }

    /** Returns the format of any JSON object, written as YAML. */
    public static Format<Json> json() {
        return new JsonFormat();
    }

    /**
     * A member of an object.
     *
     * @param isRequired true if the object needs it
     * @param meaning a phrase for the schema and the table
     */
    public record Member(String name, Format<?> format, boolean isRequired, String meaning) {}
}
