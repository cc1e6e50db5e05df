package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idempotency keys and preconditions where the host demands them of a route (contract §3: 400 and 428). */
final class DemandedHeadersTest {
    private static final String CREATE = "POST /v1/resources";
    private static final Json NAME = Json.of("{\"name\":\"b\"}");

    private final Engine engine = Engine.builder()
            .requireIdempotencyKey(CREATE)
            .requireIfMatch("PATCH /v1/resources/{id}")
            .requireIfMatch("DELETE /v1/resources/{id}")
            .requireIfMatch("POST /v1/resources/{id}/archive")
            .requireIdempotencyKey("POST /v1/resources/{id}/archive")
            .requireIfMatch("PATCH /v1/resources/{id}/children/{childId}")
            .open();
    private String owner = "";
    private String grantee = "";
    private String path = "";

    @BeforeEach
    void prepare() {
        owner = key("owner");
        grantee = key("grantee");
        path = "/v1/resources/"
                + client().resources()
                        .create("a")
                        .idempotencyKey("first")
                        .call()
                        .id();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void key_isMissing_400BeforeTheBodyIsRead() {
        assertProblem(ask("POST", "/v1/resources", "{", Map.of()), 400, "idempotency_key_missing");
        assertProblem(ask("POST", "/v1/resources", "{", Map.of("Idempotency-Key", "")), 400, "idempotency_key_invalid");
        assertThat(client().resources().list().call().data()).hasSize(1);
    }

    @Test
    void key_isThere_executesOnce() {
        Reply first = ask("POST", "/v1/resources", NAME.toString(), Map.of("Idempotency-Key", "k"));
        Reply again = ask("POST", "/v1/resources", NAME.toString(), Map.of("Idempotency-Key", "k"));

        assertThat(first.status()).isEqualTo(201);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test
    void key_isMissingOfTheTypedClient_isRefusedTheSame() {
        assertThatThrownBy(() -> client().resources().create("b").call())
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo("idempotency_key_missing"));
    }

    @Test
    void key_ofAnotherRoute_isNotDemanded() {
        assertThat(ask("POST", path + "/pause", "", Map.of()).status()).isEqualTo(200);
    }

    @Test
    void ifMatch_isMissing_428AndNothingIsChanged() {
        assertProblem(ask("PATCH", path, NAME.toString(), Map.of()), 428, "precondition_required");
        assertProblem(ask("DELETE", path, "", Map.of()), 428, "precondition_required");
        assertThat(ask("GET", path, "", Map.of()).text()).contains("\"name\":\"a\"", "\"version\":1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"v1\"", "*", "\"v7\", \"v1\""})
    void ifMatch_fits_changes(String tag) {
        assertThat(ask("PATCH", path, NAME.toString(), Map.of("If-Match", tag)).status())
                .isEqualTo(200);
    }

    @Test
    void ifMatch_fitsNot_412() {
        assertProblem(ask("PATCH", path, NAME.toString(), Map.of("If-Match", "\"v2\"")), 412, "precondition_failed");
    }

    @Test
    void ifMatch_ofAChild_isDemandedToo() {
        Reply child = ask("POST", path + "/children", NAME.toString(), Map.of());
        String childPath = child.header("Location");

        assertProblem(ask("PATCH", childPath, NAME.toString(), Map.of()), 428, "precondition_required");
        assertThat(ask("DELETE", childPath, "", Map.of()).status()).isEqualTo(200);
    }

    @Test
    void ifMatch_isMissing_visibilityRoleAndValidationGoFirst() {
        Reply unseen = engine.call(call("PATCH", path, NAME.toString()).withKey(grantee));
        assertProblem(unseen, 404, "not_found");

        ask("PUT", path + "/shares/" + workspaceOf(grantee), "{\"role\":\"reader\"}", Map.of());
        Reply read = engine.call(call("PATCH", path, NAME.toString()).withKey(grantee));
        assertProblem(read, 403, "forbidden");

        assertProblem(ask("PATCH", path, "{\"name\":7}", Map.of()), 422, "validation_failed");
    }

    @Test
    void both_areDemanded_theKeyGoesFirstAnd428IsNotRemembered() {
        assertProblem(ask("POST", path + "/archive", "", Map.of()), 400, "idempotency_key_missing");
        Map<String, String> key = Map.of("Idempotency-Key", "archive");
        assertProblem(ask("POST", path + "/archive", "", key), 428, "precondition_required");

        Reply done = ask("POST", path + "/archive", "", Map.of("Idempotency-Key", "archive", "If-Match", "*"));

        assertThat(done.status()).isEqualTo(200);
        assertThat(done.header("Idempotent-Replayed")).isNull();
    }

    @Test
    void openApi_tellsOfBoth() {
        String document = engine.call(Call.of("GET", "/openapi.json")).text();

        assertThat(document)
                .contains("\"description\":\"malformed_request, idempotency_key_invalid, idempotency_key_missing, ")
                .contains("\"428\":{\"$ref\":\"#/components/responses/PreconditionRequired\"}")
                .contains("{\"$ref\":\"#/components/parameters/RequiredIdempotencyKey\"}")
                .contains("{\"$ref\":\"#/components/parameters/RequiredIfMatch\"}");
    }

    @Test
    void open_demandThatMakesNoSense_isRefused() {
        for (String route : List.of("POST /v1/nothing", "GET /v1/resources")) {
            EngineBuilder builder = Engine.builder().requireIdempotencyKey(route);
            assertThatThrownBy(builder::open)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + route + "\"");
        }
        EngineBuilder builder = Engine.builder().requireIfMatch(CREATE);
        assertThatThrownBy(builder::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"POST /v1/resources\" changes no version. Leave the demand of If-Match out.");
    }

    private PlinthClient client() {
        return engine.client(owner);
    }

    private String key(String name) {
        String workspace =
                engine.admin().createWorkspace(name, "business").call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    private String workspaceOf(String key) {
        return engine.client(key).workspace().call().id();
    }

    private static Call call(String method, String path, String body) {
        return Call.of(method, path).withBody(Json.of(body));
    }

    private Reply ask(String method, String path, String body, Map<String, String> headers) {
        Call call = Call.of(method, path).withKey(owner).withBody(body.getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, String> header : headers.entrySet()) {
            call = call.withHeader(header.getKey(), header.getValue());
        }
        return engine.call(call);
    }

    private static void assertProblem(Reply reply, int status, String code) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.text()).contains("\"code\":\"" + code + "\"");
    }
}
