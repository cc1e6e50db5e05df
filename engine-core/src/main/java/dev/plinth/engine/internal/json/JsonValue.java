package dev.plinth.engine.internal.json;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed JSON value that keeps numbers as they were written and members in the order in which they came. Immutable. */
public sealed interface JsonValue {
    /** Returns the word for this kind of value in messages. */
    String kind();

    /** An object. */
    record Obj(Map<String, JsonValue> members) implements JsonValue {
        @Override
        public String kind() {
            return "an object";
        }

        /** Returns the member with a name, or null. */
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
        /** Makes a string that is not in a document. */
        public Text(String value) {
            super(value);
        }

        Text(byte[] source, int from, int to) {
            super(source, from, to);
        }

        /** Returns its characters. */
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
        /** Makes a number that is not in a document. */
        public Num(String written) {
            super(written);
        }

        Num(byte[] source, int from, int to) {
            super(source, from, to);
        }

        /** Returns the number as it was written. */
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

    record Null() implements JsonValue {
        /** The only null. */
        public static final Null NULL = new Null();

        @Override
        public String kind() {
            return "null";
        }
    }
}
