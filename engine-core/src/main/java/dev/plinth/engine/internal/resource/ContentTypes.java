package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.OptionalLibrary;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonSchema;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The types that the host has registered, each with a schema for the {@code data} of resources or children. Without
 * registered types, every type and all data is accepted. Immutable, safe for use by several threads.
 */
public final class ContentTypes {
    /** The default type of a resource. */
    public static final String DEFAULT_RESOURCE = "resource";

    /** The default type of a child. */
    public static final String DEFAULT_CHILD = "child";

    /** No registered types. */
    public static final ContentTypes NONE = new ContentTypes(Map.of(), Map.of());

    private final Map<String, JsonSchema> resources;
    private final Map<String, JsonSchema> children;

    private ContentTypes(Map<String, JsonSchema> resources, Map<String, JsonSchema> children) {
        this.resources = resources;
        this.children = children;
    }

    /**
     * Compiles types with their schemas.
     *
     * @throws IllegalArgumentException if a schema is invalid; one sentence says which and why
     */
    public static ContentTypes of(Map<String, Json> resources, Map<String, Json> children) {
        return new ContentTypes(compiled(resources), compiled(children));
    }

    /** Reads the content of a new resource, and adds its errors to the fields. */
    public Content resource(Fields fields) {
        return content(fields, DEFAULT_RESOURCE, resources);
    }

    /** Reads the content of a new child, and adds its errors to the fields. */
    public Content child(Fields fields) {
        return content(fields, DEFAULT_CHILD, children);
    }

    /** Returns the registered types of resources. */
    public Set<String> resourceTypes() {
        return resources.keySet();
    }

    /** Returns the registered types of children. */
    public Set<String> childTypes() {
        return children.keySet();
    }

    /** Checks a resource or child after a patch. */
    void checkPatched(ResourceRow before, Content after) {
        ContentRules.checkPatched(after);
        Map<String, JsonSchema> types = before.parent() == null ? resources : children;
        JsonSchema schema = types.get(after.type());
        if (schema == null || Arrays.equals(after.data(), before.content().data())) {
            return;
        }
        List<ProblemError> errors = schema.check(JsonReader.trusted(after.data()), "/data");
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(
                    ProblemCode.VALIDATION_FAILED,
                    "Expected a patch after which the data is valid for type " + after.type() + ", but it is not.",
                    errors));
        }
    }

    private static Content content(Fields fields, String defaultType, Map<String, JsonSchema> types) {
        Content content = ContentRules.create(fields, defaultType);
        if (types.isEmpty()) {
            return content;
        }
        @Nullable JsonSchema schema = types.get(content.type());
        if (schema == null) {
            fields.error(
                    "type",
                    "unknown_type",
                    "Expected one of the types " + String.join(", ", types.keySet()) + ", but got another one.");
        } else if (content.data().length <= Limits.DATA_BYTES_MAX) {
            schema.check(JsonReader.trusted(content.data()), "/data").forEach(fields::errorInside);
        }
        return content;
    }

    private static Map<String, JsonSchema> compiled(Map<String, Json> schemas) {
        if (!schemas.isEmpty()) {
            OptionalLibrary.SCHEMA_VALIDATOR.require();
        }
        Map<String, JsonSchema> compiled = new LinkedHashMap<>();
        schemas.forEach((type, schema) -> {
            try {
                compiled.put(type, JsonSchema.of(schema.utf8()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "Expected a JSON Schema (draft 2020-12) for the type " + type + ", but " + e.getMessage() + ".",
                        e);
            }
        });
        return compiled;
    }
}
