package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code If-Match} and {@code If-None-Match} by method, as RFC 9110 §13 has them. */
final class ConditionsTest {
    private static final Map<String, String> BODIES =
            Map.of("PATCH", "{\"name\":\"other\"}", "PUT", "{\"role\":\"reader\"}", "POST", "{\"name\":\"new\"}");

    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    /** The resource is archived in version 3, so that it can be read and deleted; the child is in version 2. */
    @ParameterizedTest(name = "{0} {1}: {2} is {3}")
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "GET, If-Match, '\"v3\"', 200",
                "GET, If-Match, '\"v1\", \"v3\"', 200",
                "GET, If-Match, '\"v2\"', 412",
                "GET, If-Match, 'W/\"v3\"', 412",
                "GET, If-Match, *, 200",
                "GET, If-Match, '*, \"v3\"', 412",
                "GET, If-Match, '\"v3-gzip\"', 200",
                "GET, If-None-Match, '\"v3\"', 304",
                "GET, If-None-Match, '\"v2\"', 200",
                "GET, If-None-Match, 'W/\"v3\"', 304",
                "GET, If-None-Match, *, 304",
                "GET, If-None-Match, '*, \"v3\"', 200",
                "HEAD, If-Match, '\"v3\"', 200",
                "HEAD, If-Match, '\"v2\"', 412",
                "HEAD, If-Match, *, 200",
                "HEAD, If-None-Match, '\"v3\"', 304",
                "HEAD, If-None-Match, '\"v2\"', 200",
                "HEAD, If-None-Match, *, 304",
                "DELETE, If-Match, '\"v3\"', 200",
                "DELETE, If-Match, '\"v2\"', 412",
                "DELETE, If-Match, *, 200",
                "DELETE, If-Match, 'v3', 412",
                "DELETE, If-None-Match, '\"v3\"', 412",
                "DELETE, If-None-Match, '\"v2\"', 200",
                "DELETE, If-None-Match, 'W/\"v3\"', 412",
                "DELETE, If-None-Match, '\"v3-gzip\"', 412",
                "DELETE, If-None-Match, *, 412",
                "DELETE, If-None-Match, '*, \"v1\"', 412",
            })
    void resource_underACondition(String method, String header, String value, int status) {
        String resource = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"r\"}");
        store.call("PATCH", resource, "{\"name\":\"s\"}");
        store.call("POST", resource + "/archive");

        assertThat(call(method, resource, header, value).status()).isEqualTo(status);

        boolean isDeleted = method.equals("DELETE") && status == 200;
        assertThat(store.status(resource)).isEqualTo(isDeleted ? 404 : 200);
    }

    @ParameterizedTest(name = "{0} {1} {2}: {3} is {4}")
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "PATCH, '', If-Match, '\"v1\"', 200",
                "PATCH, '', If-Match, '\"v2\"', 412",
                "PATCH, '', If-Match, *, 200",
                "PATCH, '', If-None-Match, '\"v1\"', 412",
                "PATCH, '', If-None-Match, '\"v2\", \"v3\"', 200",
                "PATCH, '', If-None-Match, *, 412",
                "PATCH, /children/{child}, If-Match, '\"v1-gzip\"', 200",
                "PATCH, /children/{child}, If-None-Match, 'W/\"v1\"', 412",
                "GET, /children/{child}, If-Match, '\"v2\"', 412",
                "POST, /pause, If-Match, '\"v1\"', 200",
                "POST, /pause, If-Match, '\"v2\"', 412",
                "POST, /pause, If-None-Match, *, 412",
                "POST, /pause, If-None-Match, '\"v1\"', 412",
                "POST, /children, If-None-Match, *, 412",
                "POST, /children, If-None-Match, '\"v1\"', 201",
                "POST, /children, If-Match, '\"v1\"', 412",
                "POST, /children, If-Match, *, 201",
                "PUT, /shares/{other}, If-None-Match, *, 201",
                "PUT, /shares/{other}, If-Match, *, 412",
                "PUT, /shares/{grantee}, If-None-Match, *, 412",
                "PUT, /shares/{grantee}, If-Match, *, 200",
                "PUT, /shares/{grantee}, If-Match, '\"v1\"', 412",
                "DELETE, /shares/{grantee}, If-None-Match, *, 412",
                "DELETE, /shares/{grantee}, If-Match, *, 200",
                "DELETE, /shares/{other}, If-None-Match, *, 404",
            })
    void targetBelowAResource_underACondition(String method, String below, String header, String value, int status) {
        String resource = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"r\"}");
        String child = store.make(resource + "/children", "{\"name\":\"c\"}");
        String grantee = store.newWorkspace("grantee");
        store.call("PUT", resource + "/shares/" + grantee, "{\"role\":\"reader\"}");
        String path = resource
                + below.replace("{child}", child)
                        .replace("{grantee}", grantee)
                        .replace("{other}", store.newWorkspace("other"));

        Reply reply = call(method, path, header, value);

        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        if (status == 412) {
            assertThat(reply.text()).contains("\"precondition_failed\"", header);
            assertThat(store.text(resource)).contains("\"version\":1", "\"status\":\"active\"");
        }
    }

    @Test
    void create_underAConditionThatIsNotMet_makesNothingAndIsNotRemembered() {
        Call create = Call.of("POST", "/v1/resources")
                .withKey(store.key())
                .withHeader("Idempotency-Key", "k")
                .withBody(Json.of("{\"name\":\"new\"}"));

        Reply refused = store.engine().call(create.withHeader("If-None-Match", "*"));

        assertThat(refused.status()).isEqualTo(412);
        assertThat(store.text("/v1/resources")).contains("\"data\":[]");
        assertThat(store.engine().call(create).status()).isEqualTo(201);
    }

    @Test
    void condition_ofACallThatIsRefusedAnyway_doesNotCount() {
        assertThat(call("PATCH", "/v1/resources/res_none", "If-None-Match", "*").status())
                .isEqualTo(404);
        assertThat(call("POST", "/v1/webhook-endpoints", "If-None-Match", "*").status())
                .as("its body is wrong")
                .isEqualTo(422);
    }

    @Test
    void get_ofTheCompressedFormThatTheCallerHas_304NamesThatForm() {
        String resource = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"r\"}");

        Reply unchanged = call("GET", resource, "If-None-Match", "\"v0\", \"v1-gzip\"");

        assertThat(unchanged.status()).isEqualTo(304);
        assertThat(unchanged.header("ETag")).isEqualTo("\"v1-gzip\"");
    }

    private Reply call(String method, String path, String header, String value) {
        Call call = Call.of(method, path).withKey(store.key()).withHeader(header, value);
        boolean takesBody = BODIES.containsKey(method) && !path.endsWith("/pause");
        return store.engine().call(takesBody ? call.withBody(Json.of(BODIES.get(method))) : call);
    }
}
