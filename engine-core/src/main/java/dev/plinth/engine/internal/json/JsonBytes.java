package dev.plinth.engine.internal.json;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.ScratchBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Renders compact JSON as UTF-8 bytes, member by member, in the order of the calls.
 *
 * <p>The caller opens and closes objects and arrays; the renderer sets the commas. Not thread-safe; one renderer, one
 * document.
 */
public final class JsonBytes extends ScratchBuffer {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private boolean comma;

    /** Begins an empty document. */
    public JsonBytes() {}

    /** Begins an object. */
    public static JsonBytes object() {
        return new JsonBytes().open();
    }

    /** Returns a value in compact form. */
    public static byte[] compact(JsonValue value) {
        return new JsonBytes().value(value).bytes();
    }

    /** Returns {@code {"id","deleted":true}}. */
    public static byte[] deleted(Id id) {
        return object().member("id", id).member("deleted", true).end();
    }

    /** Returns an object's bytes with more members at its end. */
    public static byte[] append(byte[] object, JsonBytes members) {
        byte[] more = members.bytes();
        boolean empty = object.length == 2;
        byte[] all = Arrays.copyOf(object, object.length + more.length + (empty ? 0 : 1));
        int at = object.length - 1;
        if (!empty) {
            all[at++] = ',';
        }
        System.arraycopy(more, 0, all, at, more.length);
        all[all.length - 1] = '}';
        return all;
    }

    /** Opens an object. */
    public JsonBytes open() {
        separate();
        put('{');
        comma = false;
        return this;
    }

    /** Closes an object. */
    public JsonBytes close() {
        put('}');
        comma = true;
        return this;
    }

    public JsonBytes openArray() {
        separate();
        put('[');
        comma = false;
        return this;
    }

    /** Closes an array. */
    public JsonBytes closeArray() {
        put(']');
        comma = true;
        return this;
    }

    /** Starts a member. Its value comes next. */
    public JsonBytes name(String name) {
        separate();
        quoted(name);
        put(':');
        comma = false;
        return this;
    }

    /** Adds a member with a text. */
    public JsonBytes member(String name, String value) {
        return name(name).text(value);
    }

    /** Adds a member with the text of an id. */
    public JsonBytes member(String name, Id id) {
        name(name);
        reserve(Id.TEXT_LENGTH_MAX + 2);
        bytes[size++] = '"';
        size += id.text(bytes, size);
        bytes[size++] = '"';
        comma = true;
        return this;
    }

    /** Adds a member with a text, or nothing for null. */
    public JsonBytes optional(String name, @Nullable String value) {
        return value == null ? this : member(name, value);
    }

    /** Adds a member with a number. */
    public JsonBytes member(String name, long value) {
        return name(name).number(value);
    }

    /** Adds a member with a truth value. */
    public JsonBytes member(String name, boolean value) {
        return name(name).raw(value ? TRUE : FALSE);
    }

    /** Adds a member with rendered JSON. */
    public JsonBytes raw(String name, byte[] json) {
        return name(name).raw(json);
    }

    /** Adds a text. */
    public JsonBytes text(String value) {
        separate();
        quoted(value);
        comma = true;
        return this;
    }

    /** Adds a number. */
    public JsonBytes number(long value) {
        separate();
        if (value < 0) {
            utf8(Long.toString(value));
        } else {
            digits(value);
        }
        comma = true;
        return this;
    }

    /** Adds null. */
    public JsonBytes nothing() {
        return raw(NULL);
    }

    /** Adds rendered JSON. */
    public JsonBytes raw(byte[] json) {
        return raw(json, 0, json.length);
    }

    private JsonBytes raw(byte[] source, int from, int to) {
        separate();
        int length = to - from;
        reserve(length);
        System.arraycopy(source, from, bytes, size, length);
        size += length;
        comma = true;
        return this;
    }

    /** Adds a parsed value. */
    public JsonBytes value(JsonValue value) {
        return value(value, false);
    }

    /** Adds a parsed value in canonical form. */
    public JsonBytes sorted(JsonValue value) {
        return value(value, true);
    }

    /** Returns where the next byte goes: directly after a member's name, the start of its value. */
    public int position() {
        return size;
    }

    /** Returns the finished document. The renderer cannot be used afterwards. */
    public byte[] bytes() {
        return finish();
    }

    /** Closes an object and returns the finished document. The renderer cannot be used afterwards. */
    public byte[] end() {
        return close().bytes();
    }

    private JsonBytes value(JsonValue value, boolean sorted) {
        if (value instanceof JsonValue.Obj obj) {
            open();
            if (obj.members() instanceof ObjectMembers few && (!sorted || few.isAscii())) {
                members(few, sorted);
            } else if (sorted) {
                sortedMembers(obj.members());
            } else {
                for (Map.Entry<String, JsonValue> member : obj.members().entrySet()) {
                    name(member.getKey()).value(member.getValue(), false);
                }
            }
            return close();
        }
        if (value instanceof JsonValue.Arr arr) {
            openArray();
            List<JsonValue> items = arr.items();
            for (int i = 0; i < items.size(); i++) {
                value(items.get(i), sorted);
            }
            return closeArray();
        }
        if (value instanceof JsonValue.Text text) {
            byte[] source = text.source();
            return source == null ? text(text.value()) : raw(source, text.from() - 1, text.to() + 1);
        }
        if (value instanceof JsonValue.Num num) {
            byte[] source = num.source();
            if (source != null) {
                return raw(source, num.from(), num.to());
            }
            separate();
            utf8(num.written());
            comma = true;
            return this;
        }
        return raw(value instanceof JsonValue.Bool bool ? (bool.value() ? TRUE : FALSE) : NULL);
    }

    private void members(ObjectMembers members, boolean sorted) {
        long order = sorted ? members.order() : 0;
        for (int i = 0; i < members.size(); i++) {
            int member = sorted ? ObjectMembers.at(order, i) : i;
            raw(members.source(), members.from(member) - 1, members.to(member) + 1);
            put(':');
            comma = false;
            JsonBytes unused = value(members.value(member), sorted);
        }
    }

    private void sortedMembers(Map<String, JsonValue> members) {
        String[] names = members.keySet().toArray(String[]::new);
        Arrays.sort(names);
        for (String name : names) {
            name(name).value(Objects.requireNonNull(members.get(name)), true);
        }
    }

    private void separate() {
        if (comma) {
            put(',');
        }
    }

    private void quoted(String text) {
        int length = text.length();
        reserve(length + 2);
        byte[] to = bytes;
        int start = size + 1;
        to[size] = '"';
        int i = 0;
        for (; i < length && isPlain(text.charAt(i)); i++) {
            to[start + i] = (byte) text.charAt(i);
        }
        size = start + i;
        for (; i < length; i++) {
            char c = text.charAt(i);
            if (isPlain(c)) {
                put(c);
            } else if (c < 0x80) {
                escaped(c);
            } else if (i + 1 < length && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                utf8(Character.toCodePoint(c, text.charAt(++i)));
            } else {
                utf8(c);
            }
        }
        put('"');
    }

    private static boolean isPlain(char c) {
        return c < 0x80 && c >= 0x20 && c != '"' && c != '\\';
    }

    private void escaped(char c) {
        put('\\');
        switch (c) {
            case '"', '\\' -> put(c);
            case '\n' -> put('n');
            case '\r' -> put('r');
            case '\t' -> put('t');
            case '\b' -> put('b');
            case '\f' -> put('f');
            default -> {
                utf8("u00");
                put((char) HEX[c >> 4]);
                put((char) HEX[c & 15]);
            }
        }
    }

    private void utf8(int codePoint) {
        reserve(4);
        if (codePoint < 0x80) {
            bytes[size++] = (byte) codePoint;
        } else if (codePoint < 0x800) {
            bytes[size++] = (byte) (0xC0 | codePoint >> 6);
            bytes[size++] = (byte) (0x80 | codePoint & 0x3F);
        } else if (codePoint < 0x10000) {
            bytes[size++] = (byte) (0xE0 | codePoint >> 12);
            bytes[size++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
            bytes[size++] = (byte) (0x80 | codePoint & 0x3F);
        } else {
            bytes[size++] = (byte) (0xF0 | codePoint >> 18);
            bytes[size++] = (byte) (0x80 | codePoint >> 12 & 0x3F);
            bytes[size++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
            bytes[size++] = (byte) (0x80 | codePoint & 0x3F);
        }
    }

    private void digits(long value) {
        int count = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            count++;
        }
        reserve(count);
        long rest = value;
        for (int i = size + count - 1; i >= size; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += count;
    }

    private void put(char c) {
        reserve(1);
        bytes[size++] = (byte) c;
    }
}
