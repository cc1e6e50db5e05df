package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Spells the JSON Schema of an object that a caller sends: the members that it has to have, those that it may have, and no other.
 * Not thread-safe; one builder, one schema.
 */
final class BodySchema {
    static final byte[] TRUTH = typed("boolean").close().bytes();
    static final byte[] OBJECT = anyObject("object").close().bytes();
    static final byte[] OBJECT_OR_NULL = anyObject("object", "null").close().bytes();
    static final byte[] TIME =
            typed("string").member("format", "date-time").close().bytes();
    static final byte[] TIME_OR_NULL =
            typed("string", "null").member("format", "date-time").close().bytes();

    private final JsonBytes members = new JsonBytes().open();
    private final List<String> required = new ArrayList<>();

    /** A member that has to be there. */
    BodySchema needs(String name, byte[] schema) {
        required.add(name);
        return may(name, schema);
    }

    /** A member that may be there. */
    BodySchema may(String name, byte[] schema) {
        members.raw(name, schema);
        return this;
    }

    /** The schema. */
    byte[] bytes() {
        JsonBytes json = typed("object").member("additionalProperties", false);
        if (!required.isEmpty()) {
            texts(json.name("required"), required);
        }
        return json.raw("properties", members.close().bytes()).close().bytes();
    }

    /** Text of so many code points. */
    static byte[] text(int least, int most) {
        return typed("string")
                .member("minLength", least)
                .member("maxLength", most)
                .close()
                .bytes();
    }

    /** Text that matches a pattern as a whole, such as the example. */
    static byte[] matching(Pattern pattern, String example) {
        return matchingOpen(pattern, example).close().bytes();
    }

    /** The same, but text that matches another schema as well is none. */
    static byte[] matchingUnless(Pattern pattern, String example, byte[] exception) {
        return matchingOpen(pattern, example).raw("not", exception).close().bytes();
    }

    /** Text of at most so many characters that matches a pattern as a whole, such as the example. */
    static byte[] matching(Pattern pattern, String example, int lengthMax) {
        return matchingOpen(pattern, example)
                .member("maxLength", lengthMax)
                .close()
                .bytes();
    }

    /** The same, but text that matches another schema as well is none. */
    static byte[] matchingUnless(Pattern pattern, String example, int lengthMax, byte[] exception) {
        return matchingOpen(pattern, example)
                .member("maxLength", lengthMax)
                .raw("not", exception)
                .close()
                .bytes();
    }

    /** A schema whose text matches a pattern as a whole. */
    static byte[] pattern(Pattern pattern) {
        return new JsonBytes().open().member("pattern", wholly(pattern)).close().bytes();
    }

    /** The id of something of a kind. */
    static byte[] id(IdKind kind) {
        return typed("string")
                .member("pattern", idPattern(kind.prefix()))
                .close()
                .bytes();
    }

    /** The pattern of the ids with a prefix. */
    static String idPattern(String prefix) {
        return "^" + prefix + "_[0-9a-hjkmnp-tv-z]{26}$";
    }

    /** One of these words. */
    static byte[] oneOf(List<String> words) {
        return texts(typed("string").name("enum"), words).close().bytes();
    }

    /** A whole number in a range. */
    static byte[] whole(long least, long most) {
        return typed("integer")
                .member("minimum", least)
                .member("maximum", most)
                .close()
                .bytes();
    }

    /** An object of at most so many bytes in compact form, which a schema cannot say otherwise. */
    static byte[] object(int bytesMax) {
        return anyObject("object").member("x-bytes-max", bytesMax).close().bytes();
    }

    /** An object of at most so many members. */
    static byte[] pairs(int most, byte[] names, byte[] values) {
        return typed("object")
                .member("maxProperties", most)
                .raw("propertyNames", names)
                .raw("additionalProperties", values)
                .close()
                .bytes();
    }

    /** An array. */
    static byte[] array(int least, int most, byte[] items) {
        return typed("array")
                .member("minItems", least)
                .member("maxItems", most)
                .raw("items", items)
                .close()
                .bytes();
    }

    /** Says that there may be members: where it is left out, generated clients have objects without any. */
    private static JsonBytes anyObject(String... types) {
        return typed(types).member("additionalProperties", true);
    }

    /** A schema of these types that is still open. */
    static JsonBytes typed(String... types) {
        JsonBytes json = new JsonBytes().open();
        return types.length == 1 ? json.member("type", types[0]) : texts(json.name("type"), List.of(types));
    }

    private static JsonBytes matchingOpen(Pattern pattern, String example) {
        JsonBytes json = typed("string").member("pattern", wholly(pattern));
        return texts(json.name("examples"), List.of(example));
    }

    /** The pattern that a text as a whole has to match, as schemas write it. */
    static String wholly(Pattern pattern) {
        return "^(?:" + pattern + ")$";
    }

    private static JsonBytes texts(JsonBytes json, List<String> texts) {
        json.openArray();
        texts.forEach(json::text);
        return json.closeArray();
    }
}
