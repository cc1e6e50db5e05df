package dev.plinth.engine.internal.json;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Scans valid UTF-8 bytes once and makes the tree of the one JSON value (RFC 8259) in them. Texts, names and numbers
 * stay in the source; the tree has their positions. Not thread-safe; one scanner, one document.
 */
final class JsonScanner {
    private static final int NUMBER_DIGITS_MAX = 1000;
    private static final int EXPONENT_DIGITS_MAX = 8;
    private static final int ITEMS_USUAL = 4;
    /**
     * Bytes of the heap for a text, number or word, and for the list entry around it. An object or array takes twice as
     * many.
     */
    private static final int VALUE_BYTES = 64;

    private static final int MEMORY_STEP_BYTES = 64 * 1024;
    private static final JsonValue TRUE = new JsonValue.Bool(true);
    private static final JsonValue FALSE = new JsonValue.Bool(false);
    private static final int END = -1;

    private final byte[] source;
    private final Bounds bounds;
    private int at;
    private int depth;
    private int values;
    private int unpaidBytes;
    private int memberFrom; // the name of the document's own member that is being read
    private int memberTo;
    private @Nullable String member; // the same name, if it has escapes

    JsonScanner(byte[] utf8, Bounds bounds) {
        this.source = utf8;
        this.bounds = bounds;
    }

    /**
     * The limits of a document.
     *
     * @param depthMax levels of nesting, the document itself being the first
     * @param valuesMax values at all levels
     * @param itemsMax items of an array at the second level
     * @param memory reserves bytes for values beyond the first {@link #MEMORY_STEP_BYTES}; returns false if there are
     *     too few
     */
    record Bounds(int depthMax, int valuesMax, int itemsMax, LongPredicate memory) {}

    JsonValue document() throws MalformedJsonException {
        if (peek() == END) {
            throw new MalformedJsonException("The body is empty. Send a JSON object.");
        }
        JsonValue value = value();
        if (peek() != END) {
            throw new MalformedJsonException(
                    "The JSON value has ended, and more follows" + where() + " Send one value.");
        }
        return value;
    }

    private JsonValue value() throws MalformedJsonException {
        values++;
        if (values > bounds.valuesMax) {
            throw MalformedJsonException.beyondLimits("A body may hold " + bounds.valuesMax
                    + " JSON values, and this one holds more" + where() + " Send it in several calls.");
        }
        pay();
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", TRUE);
            case 'f' -> word("false", FALSE);
            case 'n' -> word("null", JsonValue.Null.NULL);
            default -> number();
        };
    }

    /** Reserves the memory of a value. An object or array reserves once more, for a list or table of its own. */
    private void pay() {
        unpaidBytes += VALUE_BYTES;
        if (unpaidBytes <= MEMORY_STEP_BYTES) {
            return;
        }
        unpaidBytes -= MEMORY_STEP_BYTES;
        if (!bounds.memory.test(MEMORY_STEP_BYTES)) {
            throw new RefusedException(Refusal.of(
                            ProblemCode.CAPACITY_EXHAUSTED,
                            "The memory for the JSON values of all bodies in flight is used up; nothing was changed."
                                    + " Send the request again after Retry-After, or in several calls.")
                    .retryAfter(1));
        }
    }

    private JsonValue object() throws MalformedJsonException {
        enter();
        Map<String, JsonValue> members = Map.of();
        boolean more = !ends('}');
        while (more) {
            require('"');
            int from = at;
            String written = text();
            int to = at - 1;
            require(':');
            if (depth == 1) {
                memberFrom = from;
                memberTo = to;
                member = written;
            }
            JsonValue value = value();
            if (members.isEmpty()) {
                members = new ObjectMembers(source);
            }
            // A few plain names are compared in the source. For many names, that would take time that grows with their
            // square.
            boolean isNew;
            if (members instanceof ObjectMembers few && written == null && few.size() < ObjectMembers.MAX) {
                isNew = few.add(from, to, value);
            } else {
                members = members instanceof ObjectMembers ? new LinkedHashMap<>(members) : members;
                isNew = members.put(written == null ? plain(from, to) : written, value) == null;
            }
            if (!isNew) {
                throw MalformedJsonException.beyondLimits(
                        "An object has the same member twice" + where() + " Send each member once.");
            }
            more = goesOn('}');
        }
        depth--;
        return new JsonValue.Obj(members);
    }

    private JsonValue array() throws MalformedJsonException {
        enter();
        if (ends(']')) {
            depth--;
            return new JsonValue.Arr(List.of());
        }
        List<JsonValue> items = new ArrayList<>(ITEMS_USUAL);
        do {
            // A body that is an array itself has no members, and is refused as such once it is read.
            if (depth == 2 && memberTo != 0 && items.size() == bounds.itemsMax) {
                throw MalformedJsonException.tooManyItems(
                        Pointer.below("", member == null ? plain(memberFrom, memberTo) : member),
                        "An array may have " + bounds.itemsMax
                                + " items here, and this one has more. Send them in several calls.");
            }
            items.add(value());
        } while (goesOn(']'));
        depth--;
        return new JsonValue.Arr(items);
    }

    private JsonValue string() throws MalformedJsonException {
        at++;
        int from = at;
        String written = text();
        return written == null ? new JsonValue.Text(source, from, at - 1) : new JsonValue.Text(written);
    }

    private JsonValue word(String word, JsonValue value) throws MalformedJsonException {
        for (int i = 0; i < word.length(); i++, at++) {
            if (at == source.length || source[at] != word.charAt(i)) {
                throw misplaced();
            }
        }
        return value;
    }

    /**
     * Reads a number. Refuses an exponent that no decimal number of the JDK can hold, before another class has to read
     * it.
     */
    private JsonValue number() throws MalformedJsonException {
        int from = at;
        skip('-', '-');
        int whole = at;
        int digits = digits();
        if (digits > 1 && source[whole] == '0') {
            at = whole + 1; // the digit that must not follow
            throw misplaced();
        }
        if (skip('.', '.')) {
            digits += digits();
        }
        if (skip('e', 'E')) {
            boolean unused = skip('+', '-');
            if (digits() > EXPONENT_DIGITS_MAX) {
                throw MalformedJsonException.beyondLimits("An exponent may have " + EXPONENT_DIGITS_MAX
                        + " digits, and this one has more" + where() + " Send a shorter number.");
            }
        }
        if (digits > NUMBER_DIGITS_MAX) {
            throw MalformedJsonException.beyondLimits("A number may have " + NUMBER_DIGITS_MAX
                    + " digits, and this one has more" + where() + " Send a shorter number.");
        }
        return new JsonValue.Num(source, from, at);
    }

    /** Reads digits and returns how many there are, at least one. */
    private int digits() throws MalformedJsonException {
        int from = at;
        while (at < source.length && source[at] >= '0' && source[at] <= '9') {
            at++;
        }
        if (at == from) {
            throw misplaced();
        }
        return at - from;
    }

    private boolean skip(char one, char other) {
        boolean there = at < source.length && (source[at] == one || source[at] == other);
        at += there ? 1 : 0;
        return there;
    }

    /**
     * Reads a text up to its closing quote. Returns it if it has escapes. Otherwise returns null, because the text is
     * in the source as it is.
     */
    private @Nullable String text() throws MalformedJsonException {
        int from = at;
        while (at < source.length) {
            byte b = source[at++];
            if (b == '"') {
                return null;
            }
            if (b == '\\') {
                at--;
                return unescaped(from);
            }
            if (b >= 0 && b < ' ') {
                at--;
                throw misplaced();
            }
        }
        throw misplaced();
    }

    private String unescaped(int start) throws MalformedJsonException {
        StringBuilder text = new StringBuilder();
        int from = start;
        while (at < source.length) {
            byte b = source[at++];
            if (b == '"' || b == '\\') {
                text.append(plain(from, at - 1));
                if (b == '"') {
                    return text.toString();
                }
                escape(text);
                from = at;
            } else if (b >= 0 && b < ' ') {
                at--;
                throw misplaced();
            }
        }
        throw misplaced();
    }

    private void escape(StringBuilder text) throws MalformedJsonException {
        if (at == source.length) {
            throw misplaced();
        }
        char c = (char) source[at++];
        switch (c) {
            case '"', '\\', '/' -> text.append(c);
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'u' -> codePoint(text);
            default -> {
                at--;
                throw misplaced();
            }
        }
    }

    private void codePoint(StringBuilder text) throws MalformedJsonException {
        char first = hex();
        text.append(first);
        if (!Character.isSurrogate(first)) {
            return;
        }
        boolean escaped = Character.isHighSurrogate(first)
                && at + 1 < source.length
                && source[at] == '\\'
                && source[at + 1] == 'u';
        at += escaped ? 2 : 0;
        char second = escaped ? hex() : ' ';
        if (!Character.isLowSurrogate(second)) {
            throw MalformedJsonException.beyondLimits(
                    "A character is half a surrogate pair" + where() + " Send both halves.");
        }
        text.append(second);
    }

    private char hex() throws MalformedJsonException {
        int value = 0;
        for (int i = 0; i < 4; i++, at++) {
            int digit = at < source.length && source[at] >= 0 ? Character.digit(source[at], 16) : -1;
            if (digit < 0) {
                throw misplaced();
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private String plain(int from, int to) {
        return new String(source, from, to - from, StandardCharsets.UTF_8);
    }

    private void enter() throws MalformedJsonException {
        pay();
        at++;
        depth++;
        if (depth > bounds.depthMax) {
            throw MalformedJsonException.beyondLimits("JSON may be nested " + Limits.JSON_DEPTH_MAX
                    + " levels deep, and this is nested deeper. Send it flatter.");
        }
    }

    /** Returns true and skips the next byte if it is this one. */
    private boolean ends(char close) {
        boolean closes = peek() == close;
        at += closes ? 1 : 0;
        return closes;
    }

    /** Skips a comma and returns true, or skips the end and returns false. */
    private boolean goesOn(char close) throws MalformedJsonException {
        boolean closes = ends(close);
        if (!closes) {
            require(',');
        }
        return !closes;
    }

    private void require(char expected) throws MalformedJsonException {
        if (!ends(expected)) {
            throw misplaced();
        }
    }

    /** Skips spaces and returns the next byte without reading it, or {@link #END} if there is none. */
    private int peek() {
        while (at < source.length) {
            byte b = source[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b & 0xFF;
            }
            at++;
        }
        return END;
    }

    private MalformedJsonException misplaced() {
        return at >= source.length
                ? new MalformedJsonException("The JSON ends too early" + where() + " Send all of it.")
                : new MalformedJsonException(
                        "The JSON has an unexpected character" + where() + " Correct it and send it again.");
    }

    private String where() {
        return " (at byte " + at + ").";
    }
}
