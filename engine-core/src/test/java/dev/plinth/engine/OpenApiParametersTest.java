package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The parameters of queries as a client sends them that was generated from the OpenAPI document: what their schemas allow is taken,
 * and what they do not allow is refused at the parameter.
 */
final class OpenApiParametersTest {
    private static final int VALUES_LEAST = 60;

    private final List<String> faults = new ArrayList<>();
    private TestEngine store;
    private OpenApiDocument document;
    private String resource;
    private String endpoint;
    private String job;
    private int values;

    @BeforeEach
    void open() {
        store = TestEngine.inMemory();
        store.use(store.newKey(store.newWideWorkspace()));
        document = OpenApiDocument.of(store.engine());
        resource =
                store.make("/v1/resources", "{\"name\":\"r\",\"metadata\":{\"team\":\"red\",\"a&b=c d\":\"\u00e9+\"}}");
        store.make("/v1/resources", "{\"name\":\"s\",\"metadata\":{\"team\":\"blue\"}}");
        endpoint = store.endpoint();
        job = store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{}}");
        store.call("POST", "/v1/jobs/" + job + "/cancel");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void values_thatTheSchemasAllow_areTakenAndOthersRefusedAtTheParameter() {
        document.operations()
                .forEach((name, operation) -> parameters(operation).forEach((parameter, described) -> {
                    JsonValue.Obj schema = OpenApiDocument.member(described, "schema");
                    if (new JsonValue.Text("object").equals(schema.get("type"))) {
                        return; // metadata, of which the test below tells
                    }
                    SchemaEdges edges = SchemaEdges.of(schema);
                    for (JsonValue value : edges.within()) {
                        Reply reply = ask(name, described, value);
                        if (reply.status() != 200 && !isUnknownEvent(reply)) {
                            faults.add(name + " should take " + parameter + "=" + text(value) + " but answered "
                                    + reply.text());
                        }
                    }
                    for (JsonValue value : edges.beyond()) {
                        if (!isSendable(schema, value)) {
                            continue;
                        }
                        Reply reply = ask(name, described, value);
                        if (reply.status() != 400 || !reply.text().contains("\"parameter\":\"" + parameter + "\"")) {
                            faults.add(name + " should refuse " + parameter + "=" + text(value) + " but answered "
                                    + reply.text());
                        }
                    }
                }));

        assertThat(faults).isEmpty();
        assertThat(values).as("values asked").isGreaterThan(VALUES_LEAST);
    }

    /** Objects in the style form, exploded, are sent as their members (OpenAPI 3.1, Style Values). */
    @Test
    void metadata_asAGeneratedClientSendsIt_filtersByThePair() {
        JsonValue.Obj described =
                parameters(document.operation("listResources")).get("metadata");
        JsonValue.Obj example = (JsonValue.Obj) described.get("example");

        assertThat(shown(ask("listResources", described, example))).containsExactly(resource);
        assertThat(shown(ask("listResources", described, pair("metadata.team", "blue"))))
                .hasSize(1)
                .doesNotContain(resource);
        assertThat(shown(ask("listResources", described, pair("metadata.a&b=c d", "\u00e9+"))))
                .containsExactly(resource);
        assertThat(shown(ask("listResources", described, pair("metadata.team", "none"))))
                .isEmpty();
        assertThat(ask("listResources", described, pair("metadata.", "red")).status())
                .isEqualTo(400);
        assertThat(ask("listResources", described, pair("team", "red")).status())
                .isEqualTo(400);
    }

    @Test
    void names_ofParameters_areNamesThatAClientCanSend() {
        document.operations()
                .forEach((name, operation) -> assertThat(parameters(operation).keySet())
                        .as(name)
                        .allMatch(parameter -> parameter.matches("[a-zA-Z]+")));
    }

    private Reply ask(String operation, JsonValue.Obj parameter, JsonValue value) {
        values++;
        String path = document.path(operation)
                .replace("{id}", resource)
                .replace("{endpointId}", endpoint)
                .replace("{jobId}", job)
                .replaceAll("\\{\\w+}", resource);
        String secret = path.startsWith("/admin") ? store.adminToken() : store.key();
        return store.engine()
                .call(Call.of("GET", path + "?" + serialized(parameter, value)).withKey(secret));
    }

    private static String serialized(JsonValue.Obj parameter, JsonValue value) {
        if (value instanceof JsonValue.Obj object) {
            assertThat(parameter.get("style")).isEqualTo(new JsonValue.Text("form"));
            assertThat(parameter.get("explode")).isEqualTo(new JsonValue.Bool(true));
            List<String> pairs = new ArrayList<>();
            object.members().forEach((name, member) -> pairs.add(encoded(name) + "=" + encoded(text(member))));
            return String.join("&", pairs);
        }
        return encoded(text(parameter.get("name"))) + "=" + encoded(text(value));
    }

    private static String text(JsonValue value) {
        if (value instanceof JsonValue.Text text) {
            return text.value();
        }
        if (value instanceof JsonValue.Num num) {
            return num.written();
        }
        return value instanceof JsonValue.Bool bool ? String.valueOf(bool.value()) : value.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static JsonValue.Obj pair(String name, String value) {
        return new JsonValue.Obj(Map.of(name, new JsonValue.Text(value)));
    }

    /** In a query everything is text: neither null nor a number as text can be told from other values. */
    private static boolean isSendable(JsonValue.Obj schema, JsonValue value) {
        boolean isNumber = new JsonValue.Text("integer").equals(schema.get("type"));
        return value instanceof JsonValue.Num || value instanceof JsonValue.Text && !isNumber;
    }

    /** The example of an id is of an event that there is not. */
    private static boolean isUnknownEvent(Reply reply) {
        return reply.text().contains("\"unknown_event\"");
    }

    private static List<String> shown(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        JsonValue.Obj page = (JsonValue.Obj) JsonReader.trusted(reply.body());
        ((JsonValue.Arr) page.get("data")).items().forEach(item -> ids.add(text(((JsonValue.Obj) item).get("id"))));
        return ids;
    }

    private static Map<String, JsonValue.Obj> parameters(JsonValue.Obj operation) {
        Map<String, JsonValue.Obj> parameters = new LinkedHashMap<>();
        ((JsonValue.Arr) operation.get("parameters")).items().forEach(item -> {
            JsonValue.Obj parameter = (JsonValue.Obj) item;
            if (new JsonValue.Text("query").equals(parameter.get("in"))) {
                parameters.put(text(parameter.get("name")), parameter);
            }
        });
        return parameters;
    }
}
