package dev.plinth.engine.internal.json;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed JSON value that keeps numbers as they were written and members in the order in which they came. Immutable. */
public sealed interface JsonValue {
    /** The word that messages use for this kind of value. */
    String kind();

    /** An object. */
    record Obj(Map<String, JsonValue> members) implements JsonValue {
        @Override
        public String kind() {
            return "an object";
        }

        /** The member of a name; null if there is none. */
        public @Nullable JsonValue get(String name) {
            return members.get(name);
        }
    }

    /** An array. */
    record Arr(List<JsonValue> items) implements JsonValue {
        @Override
        public String kind() {
            return "an array";
        }
    }

    /** A string. */
    final class Text extends LazyText implements JsonValue {
        /** A string that stands nowhere. */
        public Text(String value) {
            super(value);
        }

        Text(byte[] source, int from, int to) {
            super(source, from, to);
        }

        /** Its characters. */
        public String value() {
            return text();
        }

        @Override
        public String kind() {
            return "a string";
        }
    }

    /** A number as it was written. */
    final class Num extends LazyText implements JsonValue {
        /** A number that stands nowhere. */
        public Num(String written) {
            super(written);
        }

        Num(byte[] source, int from, int to) {
            super(source, from, to);
        }

        /** What was written. */
        public String written() {
            return text();
        }

        @Override
        public String kind() {
            return "a number";
        }
    }

    /** A truth value. */
    record Bool(boolean value) implements JsonValue {
        @Override
        public String kind() {
            return "a boolean";
        }
    }

    /** Null. */
    record Null() implements JsonValue {
        /** The one null. */
        public static final Null NULL = new Null();

        @Override
        public String kind() {
            return "null";
        }
    }
}
