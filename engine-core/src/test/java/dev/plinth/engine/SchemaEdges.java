package dev.plinth.engine;

import dev.plinth.engine.internal.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Values at the edges of a schema, and just beyond them.
 *
 * @param within values that it allows, the plainest first
 * @param beyond values that it does not allow, one for each thing that it says
 */
record SchemaEdges(List<JsonValue> within, List<JsonValue> beyond) {
    private static final int MANY = 1_000;
    private static final JsonValue NULL = OpenApiDocument.json("null");
    private static final JsonValue TIME = new JsonValue.Text("2027-01-01T00:00:00.000Z");

    static SchemaEdges of(JsonValue.Obj schema) {
        SchemaEdges edges = new SchemaEdges(new ArrayList<>(), new ArrayList<>());
        List<String> words = texts(schema, "enum");
        if (!words.isEmpty()) {
            words.forEach(word -> edges.within.add(new JsonValue.Text(word)));
            edges.beyond.addAll(List.of(new JsonValue.Text("other"), number(1), NULL));
            return edges;
        }
        List<String> types =
                schema.get("type") instanceof JsonValue.Text type ? List.of(type.value()) : texts(schema, "type");
        if (types.isEmpty()) {
            edges.within.addAll(List.of(new JsonValue.Obj(Map.of()), new JsonValue.Text(""), NULL));
            return edges;
        }
        switch (types.get(0)) {
            case "string" -> edges.addTexts(schema);
            case "integer" -> edges.addNumbers(schema);
            case "boolean" -> edges.within.add(new JsonValue.Bool(true));
            case "array" -> edges.addArrays(schema);
            case "object" -> edges.addObjects(schema);
            default -> throw new IllegalStateException("Expected a known type, but got " + types);
        }
        (types.contains("null") ? edges.within : edges.beyond).add(NULL);
        edges.beyond.add(types.contains("boolean") ? number(1) : new JsonValue.Bool(true));
        return edges;
    }

    /** The texts of an array member; none if it is absent. */
    static List<String> texts(JsonValue.Obj schema, String name) {
        List<String> texts = new ArrayList<>();
        if (schema.get(name) instanceof JsonValue.Arr array) {
            array.items().forEach(item -> texts.add(((JsonValue.Text) item).value()));
        }
        return texts;
    }

    private void addTexts(JsonValue.Obj schema) {
        List<String> examples = texts(schema, "examples");
        Long most = limit(schema, "maxLength");
        Long least = limit(schema, "minLength");
        examples.forEach(example -> within.add(new JsonValue.Text(example)));
        if (schema.get("format") instanceof JsonValue.Text format
                && format.value().equals("date-time")) {
            within.add(TIME);
            beyond.add(new JsonValue.Text("tomorrow"));
        } else if (schema.get("pattern") instanceof JsonValue.Text pattern) {
            if (pattern.value().startsWith("^res_")) {
                within.add(new JsonValue.Text("res_00000000000000000000000000"));
                return; // what is no id names nothing: 404
            }
            if (pattern.value().startsWith("^ws_")) {
                within.add(new JsonValue.Text("ws_00000000000000000000000000"));
            }
            beyond.add(new JsonValue.Text("\n"));
        }
        if (within.isEmpty() && most != null) {
            String character = schema.get("pattern") == null ? "\ud83d\ude00" : "x";
            within.add(new JsonValue.Text(character.repeat(most.intValue())));
        }
        if (most != null) {
            beyond.add(new JsonValue.Text("x".repeat(most.intValue() + 1)));
        }
        if (least != null && least > 0) {
            beyond.add(new JsonValue.Text(""));
        }
        if (schema.get("not") instanceof JsonValue.Obj not) {
            String reserved = texts(not, "enum").isEmpty()
                    ? "resource.made"
                    : texts(not, "enum").get(0);
            beyond.add(new JsonValue.Text(reserved));
        }
    }

    private void addNumbers(JsonValue.Obj schema) {
        long least = Objects.requireNonNull(limit(schema, "minimum"));
        long most = Objects.requireNonNull(limit(schema, "maximum"));
        within.addAll(List.of(number(least), number(most)));
        beyond.addAll(List.of(number(least - 1), number(most + 1), OpenApiDocument.json("1.5")));
        beyond.add(new JsonValue.Text(Long.toString(least)));
    }

    private void addArrays(JsonValue.Obj schema) {
        SchemaEdges items = of(OpenApiDocument.member(schema, "items"));
        int least = Objects.requireNonNull(limit(schema, "minItems")).intValue();
        int most = Objects.requireNonNull(limit(schema, "maxItems")).intValue();
        within.add(new JsonValue.Arr(times(Math.max(1, least), items.within.get(0))));
        within.add(new JsonValue.Arr(times(most, items.within.get(0))));
        beyond.add(new JsonValue.Arr(times(most + 1, items.within.get(0))));
        items.beyond.forEach(item -> beyond.add(new JsonValue.Arr(List.of(item))));
        (least == 0 ? within : beyond).add(new JsonValue.Arr(List.of()));
    }

    private void addObjects(JsonValue.Obj schema) {
        List<String> required = texts(schema, "required");
        if (!required.isEmpty()) {
            JsonValue.Obj members = OpenApiDocument.member(schema, "properties");
            Map<String, JsonValue> least = new LinkedHashMap<>();
            required.forEach(name -> least.put(
                    name, of(OpenApiDocument.member(members, name)).within.get(0)));
            within.add(new JsonValue.Obj(least));
            beyond.add(new JsonValue.Obj(Map.of()));
            return;
        }
        within.add(new JsonValue.Obj(Map.of()));
        if (schema.get("additionalProperties") instanceof JsonValue.Obj values) {
            SchemaEdges edges = of(values);
            edges.within.forEach(value -> within.add(pairs(1, value)));
            edges.beyond.forEach(value -> beyond.add(pairs(1, value)));
            Long most = limit(schema, "maxProperties");
            JsonValue plain = edges.within.get(0);
            within.add(pairs(most == null ? MANY / 100 : most.intValue(), plain));
            if (most != null) {
                beyond.add(pairs(most.intValue() + 1, plain));
            }
            beyond.add(new JsonValue.Obj(Map.of("", plain)));
            beyond.add(new JsonValue.Obj(Map.of("k".repeat(MANY), plain)));
        }
    }

    private static JsonValue pairs(int count, JsonValue value) {
        Map<String, JsonValue> pairs = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            pairs.put("k" + i, value);
        }
        return new JsonValue.Obj(pairs);
    }

    private static List<JsonValue> times(int count, JsonValue value) {
        List<JsonValue> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(value);
        }
        return items;
    }

    private static JsonValue number(long value) {
        return OpenApiDocument.json(Long.toString(value));
    }

    private static @Nullable Long limit(JsonValue.Obj schema, String name) {
        return schema.get(name) instanceof JsonValue.Num num ? (Long) Long.parseLong(num.written()) : null;
    }
}
