package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.OptionalLibrary;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonSchema;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    private final NewContent resources;
    private final NewContent children;
    private final Set<String> resourceTypes;
    private final Map<String, Json> resourceSchemas;
    private final Map<String, Json> childSchemas;

    private ContentTypes(Map<String, Json> resources, Map<String, Json> children) {
        this.resources = new NewContent("NewResource", DEFAULT_RESOURCE, compiled(resources));
        this.children = new NewContent("NewChild", DEFAULT_CHILD, compiled(children));
        this.resourceSchemas = Map.copyOf(resources);
        this.childSchemas = Map.copyOf(children);
        this.resourceTypes = resourceSchemas.keySet();
    }

    /**
     * Compiles types with their schemas.
     *
     * @throws IllegalArgumentException if a schema is invalid; one sentence says which and why
     */
    public static ContentTypes of(Map<String, Json> resources, Map<String, Json> children) {
        return new ContentTypes(resources, children);
    }

    /** Returns the schemas of the registered types of resources, by type. */
    public Map<String, Json> resourceSchemas() {
        return resourceSchemas;
    }

    /** Returns the schemas of the registered types of children, by type. */
    public Map<String, Json> childSchemas() {
        return childSchemas;
    }

    /** Returns the declaration of a new resource. */
    public NewContent newResource() {
        return resources;
    }

    /** Returns the declaration of a new child. */
    public NewContent newChild() {
        return children;
    }

    /** Returns how many resources of a workspace have a type that is not registered; 0 if no type is registered. */
    public long unregistered(Rows rows, Id workspace) {
        if (resourceTypes.isEmpty()) {
            return 0;
        }
        long known = 0;
        for (String type : resourceTypes) {
            known += rows.size(SetKey.of(SetKinds.RESOURCES_BY_TYPE, workspace, type));
        }
        return rows.size(ResourceTables.all(workspace)) - known;
    }

    /** Returns an unregistered type that a resource of a workspace has, or an empty text if there is none. */
    public String anyUnregistered(Rows rows, Id workspace) {
        for (StoredRow<ResourceRow> each : rows.in(ResourceTables.RESOURCES, ResourceTables.all(workspace))) {
            String type = each.row().content().type();
            if (!resourceTypes.contains(type)) {
                return type;
            }
        }
        return "";
    }

    /** Checks a resource or child after a patch. */
    void checkPatched(ResourceRow before, Content after) {
        ContentRules.checkPatched(after);
        JsonSchema schema = (before.parent() == null ? resources : children).schema(after.type());
        if (schema == null || Arrays.equals(after.data(), before.content().data())) {
            return;
        }
        List<ProblemError> errors = schema.check(JsonReader.trusted(after.data()), "/data");
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(
                            ProblemCode.VALIDATION_FAILED,
                            "After the patch, the data breaks the schema of type " + after.type()
                                    + ". Correct each of those listed.",
                            errors)
                    .notRemembered());
        }
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
                        "The schema of type " + type + " must be a JSON Schema (draft 2020-12), and is not: "
                                + e.getMessage() + ".",
                        e);
            }
        });
        return compiled;
    }
}
