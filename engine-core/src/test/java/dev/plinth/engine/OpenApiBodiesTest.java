package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Route;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bodies of the OpenAPI document: their examples are taken, and the types of an engine are in them. */
final class OpenApiBodiesTest {
    private static final String NOWHERE = "00000000000000000000000000";

    private TestEngine store;
    private OpenApiDocument document;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> builder.operation("count", on -> OperationResult.of(Json.EMPTY_OBJECT)));
        store.use(store.newKey(store.newWideWorkspace()));
        document = OpenApiDocument.of(store.engine());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void examples_ofBodies_areTakenByTheEngineAndTheirSchemas() {
        int tried = 0;
        for (Route route : store.engine().wire().table()) {
            if (!route.body().isTaken()
                    || !(document.bodySchema(route.name()).get("examples") instanceof JsonValue.Arr examples)) {
                continue;
            }
            for (JsonValue example : examples.items()) {
                tried++;
                assertThat(document.body(route.name()).check(example, ""))
                        .as(route.name())
                        .isEmpty();
                assertThat(send(route, example).status())
                        .as("%s takes its example", route.name())
                        .isIn(200, 201, 202, 404);
            }
        }
        assertThat(tried).isGreaterThan(15);
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

    private Reply send(Route route, JsonValue body) {
        String path = route.path().replace("{name}", "count").replaceAll("\\{\\w+}", "res_" + NOWHERE);
        boolean isOperators = route.credential() == Route.Credential.OPERATOR_TOKEN;
        return store.engine()
                .call(Call.of(route.method(), path)
                        .withKey(isOperators ? store.adminToken() : store.key())
                        .withBody(JsonBytes.compact(body)));
    }
}
