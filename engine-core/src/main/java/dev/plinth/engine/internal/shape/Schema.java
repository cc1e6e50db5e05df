package dev.plinth.engine.internal.shape;

import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A JSON Schema (draft 2020-12) that prints itself. Immutable.
 *
 * @param types the JSON types that it allows; none for any value
 * @param rules adds what it says beside the types
 * @param entities the entities that it refers to
 */
public record Schema(List<String> types, Consumer<JsonBytes> rules, List<Entity> entities) {
    /** The keyword of the default of a member. */
    static final String DEFAULT = "x-default";

    /** Any value. */
    public static final Schema ANY = new Schema(List.of(), json -> {}, List.of());

    /** Any text. */
    public static final Schema TEXT = of("string", json -> {});

    /** A truth value. */
    public static final Schema TRUTH = of("boolean", json -> {});

    /** A whole number. */
    public static final Schema WHOLE = of("integer", json -> {});

    /** A time by RFC 3339. */
    public static final Schema TIME = of("string", json -> json.member("format", "date-time"));

    /** Any object. It allows members by name, because generated clients would have none otherwise. */
    public static final Schema OBJECT = of("object", json -> json.member("additionalProperties", true));

    public Schema {
        types = List.copyOf(types);
        entities = List.copyOf(entities);
    }

    /** Returns a schema of one type with more rules. */
    public static Schema of(String type, Consumer<JsonBytes> rules) {
        return new Schema(List.of(type), rules, List.of());
    }

    /** Returns text of so many code points. */
    public static Schema text(int least, int most) {
        return of("string", json -> json.member("minLength", least).member("maxLength", most));
    }

    /** Returns text that matches a pattern as a whole, such as the example. */
    public static Schema matching(Pattern pattern, String example) {
        return of(
                "string",
                json -> json.member("pattern", wholly(pattern))
                        .name("examples")
                        .openArray()
                        .text(example)
                        .closeArray());
    }

    /** Returns the text of an id. */
    public static Schema id(IdKind kind) {
        return of("string", json -> json.member("pattern", "^" + kind.prefix() + "_[0-9a-hjkmnp-tv-z]{26}$"));
    }

    /** Returns the words of an enum that the wire shows, in its order: all but {@code UNKNOWN}, which answers never have. */
    public static List<String> words(Enum<?>[] constants) {
        return Arrays.stream(constants)
                .filter(each -> !each.name().equals("UNKNOWN"))
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** Returns one of these words. */
    public static Schema oneOf(List<String> words) {
        return of("string", json -> texts(json.name("enum"), words));
    }

    /** Returns a whole number in a range. */
    public static Schema whole(long least, long most) {
        return of("integer", json -> json.member("minimum", least).member("maximum", most));
    }

    /** Returns an array of any length. */
    public static Schema list(Schema items) {
        return new Schema(List.of("array"), json -> items.print(json.name("items")), items.entities);
    }

    /** Returns an array of so many items. */
    public static Schema list(int least, int most, Schema items) {
        Schema bounds = of("array", json -> json.member("minItems", least).member("maxItems", most));
        return new Schema(bounds.types, bounds.rules.andThen(json -> items.print(json.name("items"))), items.entities);
    }

    /** Returns an object of texts. */
    public static Schema texts() {
        return of("object", json -> TEXT.print(json.name("additionalProperties")));
    }

    /** Returns a reference to an entity. */
    public static Schema of(Entity entity) {
        return new Schema(
                List.of(), json -> json.member("$ref", "#/components/schemas/" + entity.name()), List.of(entity));
    }

    /** Returns this schema with more rules. */
    public Schema and(Consumer<JsonBytes> more) {
        return new Schema(types, rules.andThen(more), entities);
    }

    /** Returns this schema without the values of another one. */
    public Schema except(Schema other) {
        return and(json -> other.print(json.name("not")));
    }

    /** Returns this schema with null beside its values. */
    public Schema orNull() {
        List<String> more = new ArrayList<>(types);
        more.add("null");
        return new Schema(more, rules, entities);
    }

    /** Prints the schema as a value. */
    public void print(JsonBytes json) {
        printOpen(json);
        json.close();
    }

    /** Prints the schema as a value that its caller closes. */
    void printOpen(JsonBytes json) {
        json.open();
        if (types.size() == 1) {
            json.member("type", types.get(0));
        } else if (!types.isEmpty()) {
            texts(json.name("type"), types);
        }
        rules.accept(json);
    }

    /** Prints a reference to a component of the OpenAPI document, such as {@code headers/ETag}. */
    public static void reference(JsonBytes json, String component) {
        json.open().member("$ref", "#/components/" + component).close();
    }

    /** Returns the pattern that a text as a whole has to match, as schemas write it. */
    public static String wholly(Pattern pattern) {
        return "^(?:" + pattern + ")$";
    }

    private static void texts(JsonBytes json, List<String> texts) {
        json.openArray();
        texts.forEach(json::text);
        json.closeArray();
    }
}
