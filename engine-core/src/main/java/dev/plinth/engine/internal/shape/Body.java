package dev.plinth.engine.internal.shape;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that requests carry, declared once. It reads itself with all errors, in the order of its members, and prints its
 * own schema. Immutable, safe for use by several threads.
 */
public final class Body {
    /** The body of a route that takes none. */
    public static final Body NONE = new Body("", new Member<?>[0], (fields, values) -> {}, Presence.NONE, "");

    /** A body without members, which may be absent. */
    public static final Body EMPTY = of("Nothing").orAbsent();

    private final String name;
    private final Member<?>[] members;
    private final BiConsumer<Fields, Values> rule;
    private final Presence presence;
    private final String example;
    private final int bytesMax;
    private final int itemsMax;
    private final Map<String, String> namesElsewhere = new HashMap<>();

    /** Whether a body is expected. */
    private enum Presence {
        NONE,
        OPTIONAL,
        OF_ANY_TYPE,
        REQUIRED
    }

    private Body(String name, Member<?>[] members, BiConsumer<Fields, Values> rule, Presence presence, String example) {
        this(name, members, rule, presence, example, Limits.BODY_BYTES_MAX, JsonReader.ANY_NUMBER);
    }

    private Body(
            String name,
            Member<?>[] members,
            BiConsumer<Fields, Values> rule,
            Presence presence,
            String example,
            int bytesMax,
            int itemsMax) {
        this.name = name;
        this.members = members;
        this.rule = rule;
        this.presence = presence;
        this.example = example;
        this.bytesMax = bytesMax;
        this.itemsMax = itemsMax;
        for (Member<?> member : members) {
            member.namesElsewhere().forEach(other -> namesElsewhere.put(other, member.name()));
        }
    }

    /**
     * Returns a body that has to be there.
     *
     * @param name the name of its schema in the OpenAPI document
     * @param members its members, in the order in which they are judged
     */
    public static Body of(String name, Member<?>... members) {
        return new Body(name, members.clone(), (fields, values) -> {}, Presence.REQUIRED, "");
    }

    /** Returns this body with a rule over all members. */
    public Body checkedBy(BiConsumer<Fields, Values> check) {
        return new Body(name, members, check, presence, example, bytesMax, itemsMax);
    }

    /** Returns this body as one that may be absent. */
    public Body orAbsent() {
        return new Body(name, members, rule, Presence.OPTIONAL, example, bytesMax, itemsMax);
    }

    /** Returns this body of at most so many bytes, with arrays of at most so many items. */
    public Body upTo(int bytes, int items) {
        return new Body(name, members, rule, presence, example, bytes, items);
    }

    /** Returns this body with an example, a JSON object. */
    public Body such(String json) {
        return new Body(name, members, rule, presence, json, bytesMax, itemsMax);
    }

    /** Returns a body of any kind, which may be absent, and is not looked into. */
    public Body ofAnyType() {
        return new Body(name, members, rule, Presence.OF_ANY_TYPE, example, bytesMax, itemsMax);
    }

    /** Returns false if it may be of any media type. */
    public boolean isJson() {
        return presence != Presence.OF_ANY_TYPE;
    }

    /** Returns the name of its schema. */
    public String name() {
        return name;
    }

    /** Returns true if a body is looked at. */
    public boolean isTaken() {
        return presence != Presence.NONE;
    }

    /** Returns true if a request has to carry it. */
    public boolean isRequired() {
        return presence == Presence.REQUIRED;
    }

    /** Returns the bytes that it may have. */
    public int bytesMax() {
        return bytesMax;
    }

    /** Returns the items that an array in it may have. */
    public int itemsMax() {
        return itemsMax;
    }

    /** Reads all members and adds their errors. Unknown members are left to {@link Fields#end}. */
    public Values read(Fields fields) {
        fields.noteNamesElsewhere(namesElsewhere);
        @Nullable Object[] values = new @Nullable Object[members.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = members[i].read(fields);
        }
        Values all = new Values(members, values);
        rule.accept(fields, all);
        return all;
    }

    /** Returns objects with these members as a kind, so that they can stand inside of another body. */
    public Kind<Values> kind() {
        return Kind.of(schema(), "an object", (fields, name) -> {
            JsonValue.Obj object = fields.object(name);
            if (object == null) {
                return null;
            }
            Fields inner = fields.inside(name, object);
            Values values = read(inner);
            inner.end();
            return values;
        });
    }

    /** Returns the schema of the members, of those and no others. */
    public Schema schema() {
        return Schema.of("object", json -> {
            printMembers(json.member("additionalProperties", false));
            if (!example.isEmpty()) {
                json.name("examples")
                        .openArray()
                        .value(JsonReader.trusted(bytes(example)))
                        .closeArray();
            }
        });
    }

    /** Prints the rules of the members alone, so that more members are allowed. */
    public void printMembers(JsonBytes json) {
        if (Arrays.stream(members).anyMatch(Member::isRequired)) {
            json.name("required").openArray();
            Arrays.stream(members).filter(Member::isRequired).forEach(member -> json.text(member.name()));
            json.closeArray();
        }
        json.name("properties").open();
        for (Member<?> member : members) {
            member.print(json.name(member.name()));
        }
        json.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
