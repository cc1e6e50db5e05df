package dev.plinth.engine.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.path.NodePath;
import com.networknt.schema.path.PathType;
import com.networknt.schema.resource.SchemaLoader;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.Quoted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Schema (draft 2020-12) that finds all errors of a value.
 *
 * <p>Nothing is fetched: a reference has to stay inside its schema, see {@link SchemaReferences}. The work on a value is
 * limited by the value's own size and by {@link SchemaPattern}. Immutable, safe for use by several threads.
 */
public final class JsonSchema {
    static final String DIALECT = SpecificationVersion.DRAFT_2020_12.getDialectId();

    private static final String VOCABULARIES = "https://json-schema.org/draft/2020-12/meta/";
    /** The schemas that describe the dialect. The validator brings them with it, and reads nothing else. */
    private static final Set<String> META_SCHEMAS = Set.of(
            DIALECT,
            VOCABULARIES + "core",
            VOCABULARIES + "applicator",
            VOCABULARIES + "unevaluated",
            VOCABULARIES + "validation",
            VOCABULARIES + "meta-data",
            VOCABULARIES + "format-annotation",
            VOCABULARIES + "content");

    private static final int MESSAGE_LENGTH_MAX = 300;

    private static final Map<String, String> CODES = Map.ofEntries(
            Map.entry("type", "invalid_type"),
            Map.entry("required", "required"),
            Map.entry("dependentRequired", "required"),
            Map.entry("additionalProperties", "unknown_member"),
            Map.entry("unevaluatedProperties", "unknown_member"),
            Map.entry("minLength", "too_short"),
            Map.entry("maxLength", "too_long"),
            Map.entry("minItems", "too_few"),
            Map.entry("minProperties", "too_few"),
            Map.entry("maxItems", "too_many"),
            Map.entry("maxProperties", "too_many"),
            Map.entry("minimum", "out_of_range"),
            Map.entry("maximum", "out_of_range"),
            Map.entry("exclusiveMinimum", "out_of_range"),
            Map.entry("exclusiveMaximum", "out_of_range"),
            Map.entry("pattern", "invalid_format"),
            Map.entry("format", "invalid_format"));

    private final Schema schema;

    private JsonSchema(Schema schema) {
        this.schema = schema;
    }

    /**
     * Parses a schema.
     *
     * @throws IllegalArgumentException if the bytes are no schema; the message says why, without a full stop
     */
    public static JsonSchema of(byte[] utf8) {
        JsonValue value = JsonReader.trusted(utf8);
        if (SchemaNodes.holdsHugeNumber(value)) {
            throw new IllegalArgumentException(
                    "it has a number of more than " + Limits.SCHEMA_NUMBER_DIGITS_MAX + " digits; write a shorter one");
        }
        JsonNode node = SchemaNodes.of(value);
        SchemaRegistry registry = SchemaRegistry.withDialect(
                Dialects.getDraft202012(),
                builder -> builder.schemaLoader(SchemaLoader.builder()
                                .allow(iri -> META_SCHEMAS.contains(iri.toString()))
                                .build())
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .pathType(PathType.JSON_POINTER)
                                .regularExpressionFactory(SchemaPattern.FACTORY)
                                .formatAssertionsEnabled(true)
                                .locale(Locale.ROOT)
                                .build()));
        try {
            Schema metaSchema = registry.getSchema(SchemaLocation.of(DIALECT));
            refuseUnless(metaSchema, node);
            SchemaReferences.settle(node, found -> refuseUnless(metaSchema, found));
            registry.getSchema(SchemaReferences.allStatic(node)).initializeValidators();
            JsonSchema schema = new JsonSchema(registry.getSchema(node));
            schema.schema.initializeValidators();
            List<ProblemError> unused = schema.check(new JsonValue.Obj(Map.of()), "");
            return schema;
        } catch (SchemaException | PatternSyntaxException | SchemaPattern.TooCostly e) {
            throw new IllegalArgumentException(text(String.valueOf(e.getMessage())), e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("it is nested too deeply; write fewer levels", e);
        } finally {
            JacksonBuffers.drop();
        }
    }

    /** Returns true for the dialect that is taken. */
    static boolean isDialect(String uri) {
        return uri.equals(DIALECT) || uri.equals(DIALECT + "#");
    }

    /** Returns true for a schema that the dialect is described by. */
    static boolean isMetaSchema(String uri) {
        return META_SCHEMAS.contains(uri);
    }

    private static void refuseUnless(Schema metaSchema, JsonNode node) {
        List<Error> errors = SchemaPattern.bounded(() -> metaSchema.validate(node));
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(text(errors.get(0).toString()));
        }
    }

    /**
     * Returns the errors of a value, ordered by place, at most {@link Limits#ERRORS_MAX}.
     *
     * @param at the JSON Pointer of the value
     */
    public List<ProblemError> check(JsonValue value, String at) {
        if (SchemaNodes.holdsHugeNumber(value)) {
            return List.of(error(
                    at,
                    "out_of_range",
                    "A number may have " + Limits.SCHEMA_NUMBER_DIGITS_MAX
                            + " digits where a schema checks it, and one has more. Send a shorter number."));
        }
        List<Error> found;
        try {
            found = SchemaPattern.bounded(() -> schema.validate(SchemaNodes.of(value)));
        } catch (SchemaPattern.TooCostly e) {
            return List.of(error(
                    at,
                    "too_complex",
                    "The schema cannot check this data, because " + e.getMessage()
                            + ". Send fewer or shorter strings."));
        } catch (StackOverflowError e) {
            return List.of(error(
                    at,
                    "too_complex",
                    "The schema cannot check this data, because it is nested too deeply for it. Send fewer levels."));
        } finally {
            JacksonBuffers.drop();
        }
        List<ProblemError> errors = new ArrayList<>();
        for (Error one : found) {
            errors.add(error(
                    at + pointer(one),
                    CODES.getOrDefault(one.getKeyword(), "invalid_value"),
                    "The data must keep the schema of its type: " + text(one.getMessage()) + "."));
        }
        errors.sort(Comparator.comparing(ProblemError::at)
                .thenComparing(ProblemError::code)
                .thenComparing(ProblemError::detail));
        return List.copyOf(errors.subList(0, Math.min(errors.size(), Limits.ERRORS_MAX)));
    }

    private static ProblemError error(String pointer, String code, String detail) {
        return ProblemError.of(ProblemError.Source.POINTER, pointer, code, detail);
    }

    /** Returns the place of an error. A missing or unexpected member counts as its own place. */
    private static String pointer(Error error) {
        NodePath path = error.getInstanceLocation();
        @Nullable String property = error.getProperty();
        return property == null ? path.toString() : path.append(property).toString();
    }

    private static String text(@Nullable String message) {
        String line =
                String.valueOf(message).lines().findFirst().orElse("it is none").strip();
        String end = line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
        return Quoted.cut(end, MESSAGE_LENGTH_MAX);
    }
}
