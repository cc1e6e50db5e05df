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
    record Text(String value) implements JsonValue {
        @Override
        public String kind() {
            return "a string";
        }
    }

    /** A number as it was written. */
    record Num(String written) implements JsonValue {
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
