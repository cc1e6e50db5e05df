package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonSchema;
import dev.plinth.engine.internal.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** An engine's OpenAPI document as a client reads it, with the schemas of bodies and answers. Not thread-safe. */
final class OpenApiDocument {
    private final JsonValue.Obj components;
    private final JsonValue.Obj webhooks;
    private final Map<String, JsonValue.Obj> operations = new TreeMap<>();
    /** The operations by method and path; those of the host go before the one that has their path in common. */
    private final Map<String, String> byRoute = new TreeMap<>();

    private final Map<String, JsonSchema> compiled = new HashMap<>();

    private OpenApiDocument(JsonValue.Obj document) {
        components = member(document, "components");
        webhooks = member(document, "webhooks");
        member(document, "paths")
                .members()
                .forEach((path, methods) -> ((JsonValue.Obj) methods).members().forEach((method, value) -> {
                    JsonValue.Obj operation = (JsonValue.Obj) value;
                    String id = ((JsonValue.Text) Objects.requireNonNull(operation.get("operationId"))).value();
                    operations.put(id, operation);
                    byRoute.put(method.toUpperCase(Locale.ROOT) + " " + path, id);
                }));
    }

    static OpenApiDocument of(Engine engine) {
        return new OpenApiDocument((JsonValue.Obj)
                JsonReader.trusted(engine.call(Call.of("GET", "/openapi.json")).body()));
    }

    /** The operations by their ids. */
    Map<String, JsonValue.Obj> operations() {
        return operations;
    }

    /** The path of an operation, variables in braces. */
    String path(String id) {
        for (Map.Entry<String, String> route : byRoute.entrySet()) {
            if (route.getValue().equals(id)) {
                return route.getKey().substring(route.getKey().indexOf(' ') + 1);
            }
        }
        throw new AssertionError("Expected an operation of the document, but got " + id);
    }

    JsonValue.Obj operation(String id) {
        return Objects.requireNonNull(operations.get(id), id);
    }

    /** The schema of an operation's body, references within the components followed one step. */
    JsonValue.Obj bodySchema(String operation) {
        JsonValue.Obj schema = schema(member(operation(operation), "requestBody"));
        String reference = ((JsonValue.Text) Objects.requireNonNull(schema.get("$ref"), operation)).value();
        return member(member(components, "schemas"), reference.substring(reference.lastIndexOf('/') + 1));
    }

    /** The members of an object in the components. */
    Set<String> membersOf(String name) {
        return member(member(member(components, "schemas"), name), "properties")
                .members()
                .keySet();
    }

    /** The names of the objects that answers and webhooks show, also inside of others. */
    Set<String> namesInAnswers() {
        Set<String> names = new TreeSet<>();
        operations.values().forEach(operation -> collect(operation.get("responses"), names));
        collect(webhooks, names);
        return names;
    }

    private void collect(@Nullable JsonValue part, Set<String> names) {
        if (part instanceof JsonValue.Arr array) {
            array.items().forEach(item -> collect(item, names));
        } else if (part instanceof JsonValue.Obj object) {
            if (object.get("$ref") instanceof JsonValue.Text reference) {
                String[] path = reference.value().split("/", -1);
                JsonValue.Obj target = member(member(components, path[2]), path[3]);
                if (!path[2].equals("schemas") || names.add(path[3])) {
                    collect(target, names);
                }
            }
            object.members().values().forEach(value -> collect(value, names));
        }
    }

    JsonSchema body(String operation) {
        if (operation(operation).get("requestBody") == null) {
            return JsonSchema.of("{\"maxProperties\":0}".getBytes(StandardCharsets.UTF_8));
        }
        return compiled(operation, schema(member(operation(operation), "requestBody")));
    }

    JsonSchema answer(String operation, int status) {
        JsonValue.Obj response = member(member(operation(operation), "responses"), Integer.toString(status));
        return compiled(operation + status, schema(response));
    }

    /** Returns the schema of the event of a type, as its receiver gets it. */
    JsonSchema webhook(String type) {
        return compiled("webhook " + type, schema(member(member(member(webhooks, type), "post"), "requestBody")));
    }

    /** Returns what is wrong with a body that is sent to a path without a query. */
    List<ProblemError> check(String method, String path, String body) {
        for (Map.Entry<String, String> route : byRoute.entrySet()) {
            String regex = route.getKey().replaceAll("\\{\\w+}", "[^/]+");
            if ((method + " " + path).matches(regex)) {
                return body(route.getValue()).check(json(body.isEmpty() ? "{}" : body), "");
            }
        }
        throw new AssertionError("Expected a route of the document, but got " + method + " " + path);
    }

    static JsonValue json(String text) {
        return JsonReader.trusted(text.getBytes(StandardCharsets.UTF_8));
    }

    static JsonValue.Obj member(JsonValue.Obj json, String name) {
        return (JsonValue.Obj) Objects.requireNonNull(json.get(name), name);
    }

    private static JsonValue.Obj schema(JsonValue.Obj described) {
        return member(member(member(described, "content"), "application/json"), "schema");
    }

    private JsonSchema compiled(String name, JsonValue.Obj schema) {
        return compiled.computeIfAbsent(name, any -> {
            Map<String, JsonValue> whole = new LinkedHashMap<>(schema.members());
            whole.put("components", components);
            return JsonSchema.of(JsonBytes.compact(new JsonValue.Obj(whole)));
        });
    }
}
