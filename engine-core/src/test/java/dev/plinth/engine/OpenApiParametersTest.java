package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The parameters of queries as a client sends them that was generated from the OpenAPI document. */
final class OpenApiParametersTest {
    private TestEngine store;
    private OpenApiDocument document;
    private String resource;

    @BeforeEach
    void open() {
        store = TestEngine.inMemory();
        store.use(store.newKey(store.newWideWorkspace()));
        document = OpenApiDocument.of(store.engine());
        resource =
                store.make("/v1/resources", "{\"name\":\"r\",\"metadata\":{\"team\":\"red\",\"a&b=c d\":\"\u00e9+\"}}");
        store.make("/v1/resources", "{\"name\":\"s\",\"metadata\":{\"team\":\"blue\"}}");
    }

    @AfterEach
    void close() {
        store.close();
    }

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

    private Reply ask(String operation, JsonValue.Obj parameter, JsonValue.Obj value) {
        assertThat(parameter.get("style")).isEqualTo(new JsonValue.Text("form"));
        assertThat(parameter.get("explode")).isEqualTo(new JsonValue.Bool(true));
        List<String> pairs = new ArrayList<>();
        value.members().forEach((name, member) -> pairs.add(encoded(name) + "=" + encoded(text(member))));
        return store.call("GET", document.path(operation) + "?" + String.join("&", pairs));
    }

    private static String text(JsonValue value) {
        return ((JsonValue.Text) value).value();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static JsonValue.Obj pair(String name, String value) {
        return new JsonValue.Obj(Map.of(name, new JsonValue.Text(value)));
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
