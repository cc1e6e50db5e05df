package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Route;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code GET /openapi.json} (contract §10): the route table in the words of OpenAPI 3.1. */
final class OpenApiTest {
    /** Routes that call others, which have conditions of their own. */
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");

    private TestEngine store;
    private JsonValue.Obj document;

    @BeforeEach
    void open() {
        store = TestEngine.open(
                builder -> builder.operation("rename", operation -> OperationResult.of(Json.EMPTY_OBJECT))
                        .asyncOperation("render", job -> Json.EMPTY_OBJECT));
        Reply reply = store.engine().call(Call.of("GET", "/openapi.json"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
        document = (JsonValue.Obj) JsonReader.trusted(reply.body());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void document_hasEveryRowOfTheTableAndTheHostsOperationsAndNothingElse() {
        Map<String, String> expected = new HashMap<>();
        for (Route row : store.engine().wire().table()) {
            expected.put(row.name(), row.method() + " " + row.path());
        }
        for (String name : List.of("rename", "render")) {
            expected.put("runOperation." + name, "POST /v1/resources/{id}/operations/" + name);
        }
        Map<String, String> found = new HashMap<>();
        operations().forEach((route, operation) -> {
            assertThat(found.put(text(operation, "operationId"), route))
                    .as("unique: " + route)
                    .isNull();
        });
        assertThat(found).isEqualTo(expected).hasSizeGreaterThan(40);
        assertThat(text(document, "openapi")).isEqualTo("3.1.0");
        assertThat(text(object(document, "info"), "title")).isEqualTo("Plinth");
        assertThat(text(object(document, "info"), "version")).isNotEmpty();
    }

    @Test
    void references_allResolve() {
        List<String> references = new ArrayList<>();
        collect(document, references);
        assertThat(references).hasSizeGreaterThan(40);
        for (String reference : references) {
            JsonValue at = document;
            for (String step : reference.substring(2).split("/")) {
                at = at instanceof JsonValue.Obj object
                        ? Objects.requireNonNull(object.get(step), reference)
                        : document;
            }
            assertThat(at).as(reference).isInstanceOf(JsonValue.Obj.class).isNotSameAs(document);
        }
    }

    @Test
    void operations_haveTheirVariablesScopesAndProblems() {
        JsonValue.Obj schemes = object(object(document, "components"), "securitySchemes");
        Set<String> codes = new TreeSet<>();
        for (ProblemCode code : ProblemCode.values()) {
            codes.add(code.wireName());
        }
        operations().forEach((route, operation) -> {
            Set<String> variables = new TreeSet<>();
            Matcher variable = VARIABLE.matcher(route);
            while (variable.find()) {
                variables.add(variable.group(1));
            }
            Set<String> declared = new TreeSet<>();
            Set<String> all = new TreeSet<>();
            for (JsonValue value : items(operation, "parameters")) {
                JsonValue.Obj parameter = (JsonValue.Obj) value;
                if (parameter.get("$ref") == null) {
                    assertThat(all.add(text(parameter, "in") + " " + text(parameter, "name")))
                            .as(route)
                            .isTrue();
                    assertThat(parameter.get("schema")).as(route).isNotNull();
                    if (text(parameter, "in").equals("path")) {
                        declared.add(text(parameter, "name"));
                        assertThat(parameter.get("required")).as(route).isEqualTo(new JsonValue.Bool(true));
                    }
                }
            }
            assertThat(declared).as(route).isEqualTo(variables);
            for (JsonValue need : items(operation, "security")) {
                assertThat(schemes.members())
                        .containsKeys(((JsonValue.Obj) need).members().keySet().toArray(String[]::new));
            }
            JsonValue.Obj responses = object(operation, "responses");
            responses.members().forEach((status, response) -> {
                assertThat(status).matches("20[012]|304|[45]\\d\\d");
                String description = text(resolved(response), "description");
                if (status.compareTo("400") >= 0) {
                    for (String code : description.split(", ")) {
                        assertThat(codes).as(route).contains(code);
                        assertThat(ProblemCode.valueOf(code.toUpperCase(Locale.ROOT))
                                        .status())
                                .isEqualTo(Integer.parseInt(status));
                    }
                }
            });
        });
    }

    @Test
    void operations_haveASummaryOfTheirOwnAndATagThatIsDescribed() {
        Set<String> tags = new TreeSet<>();
        items(document, "tags").forEach(tag -> {
            assertThat(text((JsonValue.Obj) tag, "description")).endsWith(".");
            tags.add(text((JsonValue.Obj) tag, "name"));
        });
        Set<String> used = new TreeSet<>();
        Set<String> summaries = new TreeSet<>();
        operations().forEach((route, operation) -> {
            String tag = ((JsonValue.Text) items(operation, "tags").get(0)).value();
            used.add(tag);
            assertThat(summaries.add(tag + ": " + text(operation, "summary")))
                    .as(route)
                    .isTrue();
            assertThat(text(operation, "summary")).as(route).matches("[A-Z].*[^.]");
        });
        assertThat(used).isEqualTo(tags);
    }

    /** Contract §7: any other job is refused with 409. */
    @Test
    void retry_namesTheStatesInWhichItIsAllowed() {
        JsonValue.Obj retry = Objects.requireNonNull(operations().get("POST /v1/jobs/{jobId}/retry"));

        assertThat(text(retry, "description"))
                .contains("failed", "canceled", "scheduled")
                .doesNotContain("running");
    }

    @Test
    void problems_areComponentsThatOperationsReferTo() {
        Set<String> components =
                object(object(document, "components"), "responses").members().keySet();
        Set<String> used = new TreeSet<>();
        operations()
                .forEach((route, operation) -> object(operation, "responses")
                        .members()
                        .forEach((status, response) -> {
                            if (status.compareTo("400") >= 0) {
                                used.add(text((JsonValue.Obj) response, "$ref").replace("#/components/responses/", ""));
                            }
                        }));
        assertThat(used).isEqualTo(components).hasSizeLessThan(40);
    }

    @Test
    void scopes_areThoseOfTheTable() {
        for (Route row : store.engine().wire().table()) {
            JsonValue.Obj operation = Objects.requireNonNull(operations().get(row.method() + " " + row.path()));
            String security = new String(
                    JsonBytes.compact(Objects.requireNonNull(operation.get("security"))), StandardCharsets.UTF_8);
            String scope = row.scope() == null ? "" : "\"" + row.scope().wireName() + "\"";
            assertThat(security)
                    .isEqualTo(
                            switch (row.credential()) {
                                case NONE -> "[]";
                                case OPERATOR_TOKEN -> "[{\"operatorToken\":[]}]";
                                case WORKSPACE_KEY -> "[{\"apiKey\":[" + scope + "]}]";
                            });
        }
    }

    @Test
    void conditions_areListedWhereTheyAreLookedAt() {
        JsonValue.Obj headers = object(object(document, "components"), "parameters");
        assertThat(text(object(headers, "IfNoneMatch"), "name")).isEqualTo("If-None-Match");
        operations().forEach((route, operation) -> {
            List<String> references = new ArrayList<>();
            collect(operation, references);
            Set<String> statuses = object(operation, "responses").members().keySet();
            boolean isVersioned = references.contains("#/components/parameters/IfMatch");
            assertThat(references.contains("#/components/parameters/IfNoneMatch"))
                    .as(route)
                    .isEqualTo(isVersioned);
            assertThat(statuses.contains("304")).as(route).isEqualTo(isVersioned && route.startsWith("GET "));
            assertThat(statuses.contains("412")).as(route).isEqualTo(isVersioned || !route.startsWith("GET "));
        });
        assertThat(object(Objects.requireNonNull(operations().get("GET /v1/resources/{id}")), "responses")
                        .members())
                .containsKey("304");
        assertThat(object(
                                Objects.requireNonNull(operations().get("POST /v1/resources/{id}/operations/rename")),
                                "responses")
                        .members())
                .containsKey("412");
    }

    /** The engine refuses only with codes that the document names. */
    @Test
    void problems_thatARouteGives_areInItsDocument() {
        String id = store.make("/v1/resources", "{\"name\":\"R\"}");
        assertListed("POST /v1/resources", store.call("POST", "/v1/resources", "{}"));
        Call create = Call.of("POST", "/v1/resources").withKey(store.key());
        byte[] broken = "{".getBytes(StandardCharsets.UTF_8);
        assertListed("POST /v1/resources", store.engine().call(create.withBody(broken)));
        assertListed(
                "POST /v1/resources",
                store.engine()
                        .call(create.withHeader("Content-Type", "text/plain").withBody(broken)));
        assertListed("POST /v1/resources", store.engine().call(create.withHeader("Idempotency-Key", "")));
        assertListed("GET /v1/resources", store.call("GET", "/v1/resources?cursor=x"));
        assertListed("DELETE /v1/resources/{id}", store.call("DELETE", "/v1/resources/" + id));
        assertListed("GET /v1/jobs/{jobId}", store.call("GET", "/v1/jobs/x"));
        assertListed(
                "PATCH /v1/resources/{id}",
                store.engine()
                        .call(Call.of("PATCH", "/v1/resources/" + id)
                                .withKey(store.key())
                                .withHeader("If-Match", "\"v9\"")
                                .withBody(Json.of("{\"name\":\"S\"}"))));
        assertListed("GET /v1/workspace", store.engine().call(Call.of("GET", "/v1/workspace")));
        assertListed("POST /v1/jobs/{jobId}/retry", retryOfATwin());
        assertListed("POST /v1/jobs/{jobId}/retry", retryOn(id, "pause"));
        assertListed("POST /v1/jobs/{jobId}/retry", retryOn(id, "archive"));
    }

    /** Retries a failed job while another one has its unique key. */
    private Reply retryOfATwin() {
        String job = "{\"type\":\"t\",\"input\":{},\"uniqueKey\":\"u\"}";
        String failed = failed(job);
        String twin = store.make("/v1/jobs", job);
        Reply refused = store.call("POST", "/v1/jobs/" + failed + "/retry");
        store.call("POST", "/v1/jobs/" + twin + "/cancel");
        return refused;
    }

    /** Retries a failed job about a resource that has been moved meanwhile. */
    private Reply retryOn(String resource, String move) {
        String failed = failed("{\"type\":\"t\",\"input\":{},\"resourceId\":\"" + resource + "\"}");
        store.call("POST", "/v1/resources/" + resource + "/" + move);
        Reply refused = store.call("POST", "/v1/jobs/" + failed + "/retry");
        store.call("POST", "/v1/resources/" + resource + "/resume");
        return refused;
    }

    /** A new job that a worker has failed for good. */
    private String failed(String job) {
        String id = store.make("/v1/jobs", job);
        String leased =
                store.call("POST", "/v1/jobs/lease", "{\"types\":[\"t\"]}").text();
        String token = leased.replaceAll(".*\"leaseToken\":\"(\\w+)\".*", "$1");
        Reply ended = store.call(
                "POST",
                "/v1/jobs/" + id + "/fail",
                "{\"leaseToken\":\"" + token + "\",\"error\":{\"detail\":\"no\"},\"retryable\":false}");
        assertThat(ended.status()).as(ended.text()).isEqualTo(200);
        return id;
    }

    private void assertListed(String route, Reply refused) {
        assertThat(refused.status()).as(refused.text()).isGreaterThanOrEqualTo(400);
        JsonValue.Obj operation = Objects.requireNonNull(operations().get(route));
        JsonValue.Obj response = resolved(object(object(operation, "responses"), Integer.toString(refused.status())));
        String listed = text(response, "description");
        assertThat(listed.split(", ")).contains(text((JsonValue.Obj) JsonReader.trusted(refused.body()), "code"));
    }

    /** Follows a reference within the document. */
    private JsonValue.Obj resolved(JsonValue value) {
        JsonValue.Obj at = (JsonValue.Obj) value;
        if (at.get("$ref") instanceof JsonValue.Text reference) {
            at = document;
            for (String step : reference.value().substring(2).split("/")) {
                at = object(at, step);
            }
        }
        return at;
    }

    private Map<String, JsonValue.Obj> operations() {
        Map<String, JsonValue.Obj> operations = new HashMap<>();
        object(document, "paths")
                .members()
                .forEach((path, methods) -> ((JsonValue.Obj) methods)
                        .members()
                        .forEach((method, operation) -> operations.put(
                                method.toUpperCase(Locale.ROOT) + " " + path, (JsonValue.Obj) operation)));
        return operations;
    }

    /** Generators of types take a member with the keyword {@code default} for one that is always there. */
    @Test
    void defaults_ofMembersOfBodies_areTheirOwnAnnotation() {
        JsonValue.Obj schemas = object(object(document, "components"), "schemas");

        assertThat(has(schemas, "default")).isFalse();
        assertThat(has(object(schemas, "NewResource"), "x-default")).isTrue();
    }

    private static boolean has(JsonValue value, String member) {
        if (value instanceof JsonValue.Obj object) {
            return object.get(member) != null
                    || object.members().values().stream().anyMatch(inner -> has(inner, member));
        }
        return value instanceof JsonValue.Arr array && array.items().stream().anyMatch(item -> has(item, member));
    }

    private static void collect(JsonValue value, List<String> references) {
        if (value instanceof JsonValue.Obj object) {
            object.members().forEach((name, member) -> {
                if (name.equals("$ref")) {
                    references.add(((JsonValue.Text) member).value());
                } else {
                    collect(member, references);
                }
            });
        } else if (value instanceof JsonValue.Arr array) {
            array.items().forEach(item -> collect(item, references));
        }
    }

    private static JsonValue.Obj object(JsonValue.Obj json, String name) {
        return (JsonValue.Obj) Objects.requireNonNull(json.get(name), name);
    }

    private static String text(JsonValue.Obj json, String name) {
        return ((JsonValue.Text) Objects.requireNonNull(json.get(name), name)).value();
    }

    private static List<JsonValue> items(JsonValue.Obj json, String name) {
        return ((JsonValue.Arr) Objects.requireNonNull(json.get(name), name)).items();
    }
}
