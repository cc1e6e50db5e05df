package dev.plinth.engine.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON with Jackson's stream, as strictly as the engine: a second opinion on what {@link JsonScanner} takes. */
final class JacksonTree {
    private static final int DEPTH_MAX = 64;
    private static final int DIGITS_MAX = 1000;
    private static final int EXPONENT_DIGITS_MAX = 8;
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(DIGITS_MAX)
                    .build())
            .build();

    private JacksonTree() {}

    /** The tree; null if the bytes are not strict JSON. They have to be UTF-8 without zero bytes. */
    static @Nullable JsonValue read(byte[] utf8) {
        try (JsonParser parser = FACTORY.createParser(utf8)) {
            JsonToken first = parser.nextToken();
            JsonValue value = first == null ? null : value(parser, first);
            return parser.nextToken() == null ? value : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static JsonValue value(JsonParser parser, @Nullable JsonToken token) throws IOException {
        if (token == null) {
            throw new IOException("the end");
        }
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> new JsonValue.Text(whole(parser.getText()));
            case VALUE_NUMBER_INT -> new JsonValue.Num(parser.getText());
            case VALUE_NUMBER_FLOAT -> new JsonValue.Num(decimal(parser.getText()));
            case VALUE_TRUE -> new JsonValue.Bool(true);
            case VALUE_FALSE -> new JsonValue.Bool(false);
            case VALUE_NULL -> JsonValue.Null.NULL;
            default -> throw new IOException("no value");
        };
    }

    private static JsonValue object(JsonParser parser) throws IOException {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = whole(parser.currentName());
            if (members.put(name, value(parser, parser.nextToken())) != null) {
                throw new IOException("twice");
            }
        }
        return new JsonValue.Obj(members);
    }

    private static JsonValue array(JsonParser parser) throws IOException {
        List<JsonValue> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(value(parser, token));
        }
        return new JsonValue.Arr(items);
    }

    private static String decimal(String written) throws IOException {
        int exponent = Math.max(written.indexOf('e'), written.indexOf('E'));
        int digits = exponent < 0
                ? 0
                : written.substring(exponent + 1).replaceAll("[+-]", "").length();
        if (digits > EXPONENT_DIGITS_MAX) {
            throw new IOException("exponent");
        }
        return written;
    }

    private static String whole(String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            int codePoint = text.codePointAt(i);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                throw new IOException("half a pair");
            }
            i += Character.charCount(codePoint) - 1;
        }
        return text;
    }
}
