package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Route;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The engine judges bodies as its OpenAPI document says: for each member of each body the values at the edges of its schema are
 * taken, and those just beyond are refused with 422 at this very place. What a path names need not exist: input is judged
 * before it is looked up.
 */
final class OpenApiBodiesTest {
    private static final String NOWHERE = "00000000000000000000000000";
    private static final int EDGES_LEAST = 150;
    private static final int JOBS = 200;
    private static final int SHOWN_MAX = 200;

    private final List<String> faults = new ArrayList<>();
    private TestEngine store;
    private OpenApiDocument document;
    private int edges;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> builder.operation("count", on -> OperationResult.of(Json.EMPTY_OBJECT)));
        store.use(store.newKey(store.newWideWorkspace()));
        document = OpenApiDocument.of(store.engine());
        // So many that whoever would wait for one finds it.
        for (int i = 0; i < JOBS; i++) {
            store.make("/v1/jobs", "{\"type\":\"report.monthly\",\"input\":{}}");
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void members_atTheirEdgesAndBeyond_areTakenAndRefusedAsDescribed() {
        for (Route route : store.engine().wire().table()) {
            if (route.body() != Route.Body.NONE) {
                check(route);
            }
        }

        assertThat(faults).isEmpty();
        assertThat(edges).as("values tried").isGreaterThan(EDGES_LEAST);
    }

    @Test
    void newResource_ofRegisteredTypes_hasToBeOfOneOfThem() {
        Json any = Json.of("{\"type\":\"object\"}");
        try (TestEngine typed = TestEngine.open(builder ->
                builder.resourceType("truck", any).childType("child", any).childType("wheel", any))) {
            document = OpenApiDocument.of(typed.engine());
            for (String body : List.of(
                    "{\"name\":\"n\"}", "{\"name\":\"n\",\"type\":\"car\"}", "{\"name\":\"n\",\"type\":\"truck\"}")) {
                boolean isValid = typed.call("POST", "/v1/resources", body).status() == 201;
                assertThat(document.check("POST", "/v1/resources", body).isEmpty())
                        .as(body)
                        .isEqualTo(isValid);
            }
            String children =
                    "/v1/resources/" + typed.make("/v1/resources", "{\"name\":\"n\",\"type\":\"truck\"}") + "/children";
            for (String body : List.of("{\"name\":\"n\"}", "{\"name\":\"n\",\"type\":\"truck\"}")) {
                boolean isValid = typed.call("POST", children, body).status() == 201;
                assertThat(document.check("POST", children, body).isEmpty())
                        .as(body)
                        .isEqualTo(isValid);
            }
        }
    }

    private void check(Route route) {
        JsonValue.Obj schema = document.bodySchema(route.name());
        JsonValue.Obj members = OpenApiDocument.member(schema, "properties");
        Map<String, JsonValue> least = new LinkedHashMap<>();
        SchemaEdges.texts(schema, "required")
                .forEach(name -> least.put(
                        name,
                        SchemaEdges.of(OpenApiDocument.member(members, name))
                                .within()
                                .get(0)));
        refused(route, with(least, "colour", OpenApiDocument.json("1")), "/colour");
        for (String name : least.keySet()) {
            Map<String, JsonValue> without = new LinkedHashMap<>(least);
            without.remove(name);
            refused(route, without, "/" + name);
        }
        members.members().forEach((name, member) -> {
            SchemaEdges values = SchemaEdges.of((JsonValue.Obj) member);
            values.within().forEach(value -> taken(route, with(least, name, value)));
            values.beyond().forEach(value -> refused(route, with(least, name, value), "/" + name));
        });
    }

    private void taken(Route route, Map<String, JsonValue> body) {
        if (route.name().equals("reset")) {
            return;
        }
        Reply reply = send(route, body);
        boolean refused = reply.status() == 422 && !reply.text().contains("\"unknown_resource\"");
        if (refused || reply.status() == 400 || !isValid(route, body)) {
            faults.add(route.name() + " should take " + shown(body) + " but answered " + reply.text());
        }
    }

    private void refused(Route route, Map<String, JsonValue> body, String place) {
        Reply reply = send(route, body);
        if (reply.status() != 422 || !reply.text().contains("\"pointer\":\"" + place)) {
            faults.add(
                    route.name() + " should refuse " + shown(body) + " at " + place + " but answered " + reply.text());
        }
        if (isValid(route, body)) {
            faults.add(route.name() + " describes as valid " + shown(body));
        }
    }

    private Reply send(Route route, Map<String, JsonValue> body) {
        edges++;
        String path = route.path().replace("{name}", "count").replaceAll("\\{\\w+}", "res_" + NOWHERE);
        boolean isOperators = route.guard() == Route.Guard.OPERATOR;
        return store.engine()
                .call(Call.of(route.method(), path)
                        .withKey(isOperators ? store.adminToken() : store.key())
                        .withBody(JsonBytes.compact(new JsonValue.Obj(body))));
    }

    private boolean isValid(Route route, Map<String, JsonValue> body) {
        return document.body(route.name()).check(new JsonValue.Obj(body), "").isEmpty();
    }

    private static Map<String, JsonValue> with(Map<String, JsonValue> members, String name, JsonValue value) {
        Map<String, JsonValue> more = new LinkedHashMap<>(members);
        more.put(name, value);
        return more;
    }

    private static String shown(Map<String, JsonValue> body) {
        String text = new String(JsonBytes.compact(new JsonValue.Obj(body)), StandardCharsets.UTF_8);
        return text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text;
    }
}
