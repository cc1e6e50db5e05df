package dev.plinth.engine.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The kinds of keywords of draft 2020-12: by where they have schemas, and what value these check. */
enum SchemaKeyword {
    /** Checks the same value by one schema, by each of a list, or by each of an object. */
    SAME_VALUE,
    /** Checks a part of the value, or nothing. */
    PART,
    /** Keeps schemas by name, each for a part of the value, or for nothing. */
    PARTS_BY_NAME,
    /** Keeps schemas by name, each for the same value. */
    SAME_VALUE_BY_NAME,
    /** Has no schemas below it. */
    NONE;

    private static final Map<String, SchemaKeyword> KINDS = Map.ofEntries(
            Map.entry("allOf", SAME_VALUE),
            Map.entry("anyOf", SAME_VALUE),
            Map.entry("oneOf", SAME_VALUE),
            Map.entry("not", SAME_VALUE),
            Map.entry("if", SAME_VALUE),
            Map.entry("then", SAME_VALUE),
            Map.entry("else", SAME_VALUE),
            Map.entry("dependentSchemas", SAME_VALUE_BY_NAME),
            Map.entry("dependencies", SAME_VALUE_BY_NAME),
            Map.entry("items", PART),
            Map.entry("prefixItems", PART),
            Map.entry("contains", PART),
            Map.entry("unevaluatedItems", PART),
            Map.entry("additionalProperties", PART),
            Map.entry("unevaluatedProperties", PART),
            Map.entry("propertyNames", PART),
            Map.entry("contentSchema", PART),
            Map.entry("properties", PARTS_BY_NAME),
            Map.entry("patternProperties", PARTS_BY_NAME),
            Map.entry("$defs", PARTS_BY_NAME),
            Map.entry("definitions", PARTS_BY_NAME));

    static SchemaKeyword of(String keyword) {
        return KINDS.getOrDefault(keyword, NONE);
    }

    boolean isOfTheSameValue() {
        return this == SAME_VALUE || this == SAME_VALUE_BY_NAME;
    }

    /** Returns the schemas in the value of the keyword. */
    List<JsonNode> schemas(JsonNode value) {
        List<JsonNode> schemas = new ArrayList<>();
        if (this == NONE) {
            return schemas;
        }
        if (value.isArray() || this == PARTS_BY_NAME || this == SAME_VALUE_BY_NAME) {
            value.forEach(schemas::add);
        } else {
            schemas.add(value);
        }
        return schemas;
    }
}
