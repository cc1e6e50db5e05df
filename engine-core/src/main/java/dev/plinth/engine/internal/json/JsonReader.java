package dev.plinth.engine.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.plinth.engine.internal.base.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads strict JSON: one value, valid UTF-8 without byte order mark, no duplicate members, no lone surrogates, bounded depth.
 *
 * <p>Jackson alone would guess UTF-16 from zero bytes, take lone surrogates and keep the last of two members, so the bytes are
 * checked before it and the names after it.
 */
public final class JsonReader {
    private static final int NUMBER_LENGTH_MAX = 1000;
    private static final int EXPONENT_DIGITS_MAX = 8;
    /** What the engine wraps around a caller's value: a page, its array, an event, the object itself. */
    private static final int ENVELOPE_DEPTH_MAX = 16;

    private static final JsonFactory FACTORY = factory(Limits.JSON_DEPTH_MAX);
    private static final JsonFactory TRUSTED = factory(Limits.JSON_DEPTH_MAX + ENVELOPE_DEPTH_MAX);

    private JsonReader() {}

    /**
     * The value that the bytes spell.
     *
     * @throws MalformedJson if they spell none; the message says what is wrong and where
     */
    public static JsonValue read(byte[] utf8) throws MalformedJson {
        return read(FACTORY, utf8);
    }

    private static JsonFactory factory(int depthMax) {
        return new JsonFactoryBuilder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depthMax)
                        .maxNumberLength(NUMBER_LENGTH_MAX)
                        .maxStringLength(Limits.BULK_BODY_BYTES_MAX)
                        .maxNameLength(Limits.BULK_BODY_BYTES_MAX)
                        .build())
                .build();
    }

    private static JsonValue read(JsonFactory factory, byte[] utf8) throws MalformedJson {
        checkEncoding(utf8);
        try (JsonParser parser = factory.createParser(utf8)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new MalformedJson("Expected a JSON value, but the body is empty.");
            }
            JsonValue value = value(parser, first);
            if (parser.nextToken() != null) {
                throw new MalformedJson("Expected nothing after the JSON value, but there is more" + where(parser));
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new MalformedJson("Expected valid JSON, but " + reason(e));
        } catch (IOException e) {
            throw new MalformedJson("Expected valid JSON, but it could not be read.");
        }
    }

    /** The bytes as JSON that the engine itself rendered, which may be deeper than the caller's value in it. */
    public static JsonValue trusted(byte[] utf8) {
        try {
            return read(TRUSTED, utf8);
        } catch (MalformedJson e) {
            throw new IllegalStateException("Expected JSON that the engine wrote, but " + e.getMessage(), e);
        }
    }

    private static JsonValue value(JsonParser parser, JsonToken token) throws IOException, MalformedJson {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> new JsonValue.Text(text(parser, parser.getText()));
            case VALUE_NUMBER_INT -> new JsonValue.Num(parser.getText());
            case VALUE_NUMBER_FLOAT -> new JsonValue.Num(decimal(parser));
            case VALUE_TRUE -> new JsonValue.Bool(true);
            case VALUE_FALSE -> new JsonValue.Bool(false);
            case VALUE_NULL -> JsonValue.Null.NULL;
            default -> throw new MalformedJson("Expected a JSON value" + where(parser));
        };
    }

    /** An exponent that no decimal number of the JDK can hold is refused here, before somebody has to read it. */
    private static String decimal(JsonParser parser) throws IOException, MalformedJson {
        String written = parser.getText();
        int exponent = Math.max(written.indexOf('e'), written.indexOf('E'));
        boolean signed = exponent >= 0 && !Character.isDigit(written.charAt(exponent + 1));
        if (exponent >= 0 && written.length() - exponent - (signed ? 2 : 1) > EXPONENT_DIGITS_MAX) {
            throw new MalformedJson("Expected a number with an exponent of at most " + EXPONENT_DIGITS_MAX
                    + " digits, but got a longer one" + where(parser));
        }
        return written;
    }

    private static JsonValue object(JsonParser parser) throws IOException, MalformedJson {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = text(parser, parser.currentName());
            if (members.put(name, value(parser, parser.nextToken())) != null) {
                throw new MalformedJson("Expected valid JSON, but a member stands there twice" + where(parser));
            }
        }
        return new JsonValue.Obj(members);
    }

    private static JsonValue array(JsonParser parser) throws IOException, MalformedJson {
        List<JsonValue> items = new ArrayList<>();
        JsonToken token = parser.nextToken();
        while (token != JsonToken.END_ARRAY) {
            items.add(value(parser, token));
            token = parser.nextToken();
        }
        return new JsonValue.Arr(items);
    }

    private static String text(JsonParser parser, String text) throws MalformedJson {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw new MalformedJson(
                            "Expected whole characters, but there is half a surrogate pair" + where(parser));
                }
                i++;
            }
        }
        return text;
    }

    private static void checkEncoding(byte[] utf8) throws MalformedJson {
        boolean ascii = true;
        for (byte b : utf8) {
            if (b == 0) {
                throw new MalformedJson("Expected UTF-8 text, but there is a zero byte; send the body as UTF-8.");
            }
            ascii &= b > 0;
        }
        if (ascii) {
            return;
        }
        if (utf8.length >= 3 && utf8[0] == (byte) 0xEF && utf8[1] == (byte) 0xBB && utf8[2] == (byte) 0xBF) {
            throw new MalformedJson("Expected JSON at the first byte, but there is a byte order mark; leave it out.");
        }
        try {
            var unused = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw new MalformedJson(
                    "Expected UTF-8 text, but there are bytes that are not UTF-8; send the body as UTF-8.");
        }
    }

    private static String reason(JsonProcessingException e) {
        String message = e.getOriginalMessage();
        String sentence =
                message == null ? "it is not" : message.lines().findFirst().orElse("it is not");
        if (sentence.contains("nesting depth")) {
            return "it is nested more than " + Limits.JSON_DEPTH_MAX + " levels deep.";
        }
        long column = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
        return "a character or an end does not belong there" + (column < 0 ? "." : " (at byte " + column + ").");
    }

    private static String where(JsonParser parser) {
        return " (at byte " + parser.currentLocation().getByteOffset() + ").";
    }
}
