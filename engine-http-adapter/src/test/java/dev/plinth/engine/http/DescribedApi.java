package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells the OpenAPI document of an engine in the words of the tables of a page. Immutable. */
final class DescribedApi {
    private static final String SCHEMAS = "#/components/schemas/";
    private static final String RESPONSES = "#/components/responses/";
    private static final List<List<String>> RANGES =
            List.of(List.of("minimum", "maximum"), List.of("minLength", "maxLength"), List.of("minItems", "maxItems"));

    private final Map<String, Object> document;
    private final Set<String> entities;

    private DescribedApi(Map<String, Object> document, Set<String> entities) {
        this.document = document;
        this.entities = entities;
    }

    /**
     * Asks an engine for its document.
     *
     * @param entities the schemas that the page has a table of; all others are told by their members
     */
    static DescribedApi of(Engine engine, Set<String> entities) {
        return new DescribedApi(
                Json.of(engine.call(Call.of("GET", "/openapi.json")).text()).asMap(), entities);
    }

    /**
     * A call.
     *
     * @param scope the scope between backticks, or the credential that it needs
     * @param free true if it takes no rate-limit units
     * @param takes the members of its body, or the parameters of its query
     * @param gives each status with what it shows
     * @param problems the codes that it may meet
     */
    record Route(String scope, boolean free, String takes, String gives, Set<String> problems) {}

    /** Returns all calls, by method and path. */
    Map<String, Route> routes() {
        Map<String, Route> routes = new TreeMap<>();
        object(document, "paths")
                .forEach((path, methods) -> object(methods)
                        .forEach((method, operation) ->
                                routes.put(method.toUpperCase(Locale.ROOT) + " " + path, route(object(operation)))));
        return routes;
    }

    /** Returns the members of a schema with their types; a question mark stands behind one that may be absent. */
    Map<String, String> members(String schema) {
        Map<String, String> members = new LinkedHashMap<>();
        addMembers("", object(object(object(document, "components"), "schemas"), schema), members);
        return members;
    }

    /** Returns the words that a member of a schema may be. */
    Set<String> values(String schema, String member) {
        return items(member(schema, member).get("enum")).stream()
                .map(String::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns a bound of a member of a schema, by the word of JSON Schema. */
    int bound(String schema, String member, String word) {
        return Integer.parseInt(String.valueOf(member(schema, member).get(word)));
    }

    /** Returns the range of a member of a schema, such as {@code 1 to 100}; empty if there is no such member or no range. */
    String range(String schema, String member) {
        Map<String, Object> described = member(schema, member);
        for (List<String> words : RANGES) {
            if (described.containsKey(words.get(0)) && described.containsKey(words.get(1))) {
                return String.format(
                        Locale.ROOT,
                        "%d to %,d",
                        bound(schema, member, words.get(0)),
                        bound(schema, member, words.get(1)));
            }
        }
        return "";
    }

    /** Returns the names of the headers that calls take. */
    Set<String> requestHeaders() {
        return object(object(document, "components"), "parameters").values().stream()
                .map(parameter -> String.valueOf(object(parameter).get("name")))
                .filter(name -> !name.startsWith("webhook-")) // those are sent to receivers
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Map<String, Object> member(String schema, String member) {
        Map<String, Object> described = object(object(object(document, "components"), "schemas"), schema);
        return object(object(described, "properties").getOrDefault(member, Map.of()));
    }

    private Route route(Map<String, Object> operation) {
        String cost = String.valueOf(operation.get("x-rate-limit-units"));
        Set<String> problems = new TreeSet<>();
        List<String> gives = new ArrayList<>();
        object(operation, "responses").forEach((status, response) -> {
            if (Integer.parseInt(status) < 400) {
                gives.add((status + " " + shown(object(response))).strip());
            } else {
                String component = String.valueOf(object(response).get("$ref")).substring(RESPONSES.length());
                Map<String, Object> shared = object(object(document, "components"), "responses");
                problems.addAll(List.of(String.valueOf(object(shared, component).get("description"))
                        .split(", ")));
            }
        });
        return new Route(scope(operation), cost.equals("0"), takes(operation), String.join(", ", gives), problems);
    }

    private static String scope(Map<String, Object> operation) {
        List<?> security = items(operation.get("security"));
        if (security.isEmpty()) {
            return "none";
        }
        Map<String, Object> scheme = object(security.get(0));
        if (scheme.containsKey("operatorToken")) {
            return "admin token";
        }
        List<?> scopes = items(scheme.get("apiKey"));
        return scopes.isEmpty() ? "any key" : "`" + scopes.get(0) + "`";
    }

    private String takes(Map<String, Object> operation) {
        List<String> query = new ArrayList<>();
        for (Object parameter : items(operation.get("parameters"))) {
            if ("query".equals(object(parameter).get("in"))) {
                boolean isFamily = "object".equals(object(parameter, "schema").get("type"));
                query.add(object(parameter).get("name") + (isFamily ? ".*" : ""));
            }
        }
        if (!query.isEmpty()) {
            return "`?" + String.join("&", query) + "`";
        }
        if (!operation.containsKey("requestBody")) {
            return "–";
        }
        Map<String, Object> schema = schema(object(operation, "requestBody"));
        String members = listed(resolved(schema));
        return members.equals("`{}`") ? "–" : members;
    }

    /** Returns the name of an entity that the page has a table of, or the members of another one. */
    private String shown(Map<String, Object> response) {
        if (!response.containsKey("content")) {
            return "";
        }
        Map<String, Object> schema = schema(response);
        Map<String, Object> resolved = resolved(schema);
        if (object(resolved.getOrDefault("properties", Map.of())).containsKey("nextCursor")) {
            Map<String, Object> data = object(object(resolved, "properties"), "data");
            return "page of " + name(object(data, "items"));
        }
        if (!schema.containsKey("$ref")) {
            return schema.isEmpty() ? "any JSON" : String.valueOf(schema.get("type"));
        }
        return entities.contains(name(schema)) ? name(schema) : listed(resolved);
    }

    private static Map<String, Object> schema(Map<String, Object> body) {
        return object(object(body, "content").values().iterator().next(), "schema");
    }

    private static String listed(Map<String, Object> schema) {
        List<?> required = items(schema.getOrDefault("required", List.of()));
        return object(schema.getOrDefault("properties", Map.of())).keySet().stream()
                .map(name -> required.contains(name) ? name : name + "?")
                .collect(Collectors.joining(", ", "`{", "}`"));
    }

    private void addMembers(String at, Map<String, Object> schema, Map<String, String> members) {
        List<?> required = items(schema.getOrDefault("required", List.of()));
        object(schema, "properties").forEach((name, member) -> {
            Map<String, Object> type = object(member);
            boolean isList = "array".equals(type.get("type"));
            members.put("`" + at + name + (required.contains(name) ? "`" : "?`"), type(type));
            Map<String, Object> inner = isList ? object(type, "items") : type;
            if (inner.containsKey("$ref") && entities.contains(name(inner))) {
                return;
            }
            if (resolved(inner).containsKey("properties")) {
                addMembers(at + name + (isList ? "[]." : "."), resolved(inner), members);
            }
        });
    }

    private String type(Map<String, Object> type) {
        if (type.containsKey("$ref")) {
            return entities.contains(name(type)) ? name(type) : "object";
        }
        if (type.containsKey("enum")) {
            return items(type.get("enum")).stream()
                    .map(word -> "`" + word + "`")
                    .collect(Collectors.joining(", "));
        }
        String pattern = String.valueOf(type.getOrDefault("pattern", ""));
        if (pattern.matches("\\^[a-z]+_\\[.*")) {
            return "`" + pattern.substring(1, pattern.indexOf('[')) + HttpApiPage.WILD + "`";
        }
        if ("array".equals(type.get("type"))) {
            String items = type(object(type, "items"));
            return "array of " + (items.equals("object") ? "objects" : items);
        }
        if (type.get("additionalProperties") instanceof Map<?, ?>) {
            return "object of strings";
        }
        return type.isEmpty()
                ? "any JSON"
                : "date-time".equals(type.get("format")) ? "time" : String.valueOf(type.get("type"));
    }

    private Map<String, Object> resolved(Map<String, Object> schema) {
        return schema.containsKey("$ref")
                ? object(object(object(document, "components"), "schemas"), name(schema))
                : schema;
    }

    private static String name(Map<String, Object> reference) {
        return String.valueOf(reference.get("$ref")).substring(SCHEMAS.length());
    }

    private static Map<String, Object> object(Object parent, String name) {
        return object(object(parent).get(name));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    private static List<?> items(Object value) {
        return (List<?>) value;
    }
}
