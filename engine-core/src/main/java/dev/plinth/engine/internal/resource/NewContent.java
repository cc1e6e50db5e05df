package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonSchema;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of which a new resource or child is made, under the types that the host has registered. Immutable. */
public final class NewContent {
    private final Map<String, JsonSchema> types;
    private final Kind<String> typeKind;
    private final Member<String> type;
    private final Body body;

    /**
     * Declares the body.
     *
     * @param usual the type where the caller does not say it
     * @param types the registered types; none for any type
     */
    NewContent(String name, String usual, Map<String, JsonSchema> types) {
        this.types = types;
        Kind<String> any = Kind.matching(ContentRules.TYPE, usual, ContentRules::isType);
        typeKind = types.isEmpty()
                ? any
                : any.shownAs(Schema.oneOf(types.keySet().stream().sorted().toList()));
        // A body may leave the type out only if the usual one is registered.
        type = types.isEmpty() || types.containsKey(usual)
                ? Member.optional("type", typeKind, usual)
                : Member.requiredByRule("type", typeKind, usual);
        String example = types.keySet().stream().sorted().findFirst().orElse(usual);
        body = Body.of(
                        name,
                        ContentRules.REQUIRED_NAME,
                        type,
                        ContentRules.OPTIONAL_DATA,
                        ContentRules.OPTIONAL_METADATA)
                .checkedBy(this::checkType)
                .such("{\"name\":\"My " + usual + "\",\"type\":\"" + example + "\",\"metadata\":{\"team\":\"red\"}}");
    }

    public Body body() {
        return body;
    }

    /** Returns the kind of the member that says the type. */
    public Kind<String> typeKind() {
        return typeKind;
    }

    /** Returns the content that a body without errors says. */
    public Content of(Values values) {
        return new Content(
                values.get(ContentRules.REQUIRED_NAME),
                values.get(type),
                values.get(ContentRules.OPTIONAL_DATA),
                values.get(ContentRules.OPTIONAL_METADATA));
    }

    /** Returns the schema of a type's data; null if none is registered. */
    @Nullable
    JsonSchema schema(String name) {
        return types.get(name);
    }

    private void checkType(Fields fields, Values values) {
        if (types.isEmpty()) {
            return;
        }
        JsonSchema schema = types.get(values.get(type));
        byte[] data = values.get(ContentRules.OPTIONAL_DATA);
        if (schema == null) {
            fields.error(
                    "type",
                    "unknown_type",
                    "type must be one of " + String.join(", ", types.keySet()) + ", got " + Quoted.of(values.get(type))
                            + ".");
        } else if (data.length <= Limits.DATA_BYTES_MAX) {
            schema.check(JsonReader.trusted(data), "/data").forEach(fields::errorInside);
        }
    }
}
