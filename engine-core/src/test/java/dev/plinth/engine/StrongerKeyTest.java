package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.ScopeBits;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A restricted key touches no key that may do more than itself (contract §10). */
class StrongerKeyTest {
    private TestEngine store;
    private String weak;
    private String full;
    private String fullId;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> {});
        full = store.key();
        weak = String.valueOf(made("[\"keys:write\",\"events:read\"]").get("secret"));
        fullId = String.valueOf(made("[]").get("id"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    PATCH  |        | {"scopes":["keys:write"]}
                    PATCH  |        | {"enabled":false}
                    PATCH  |        | {"name":"mine"}
                    PATCH  |        | {"expiresAt":"2099-01-01T00:00:00.000Z"}
                    POST   | /rotate | {"graceSeconds":0}
                    DELETE |        |
                    """)
    void weakKey_touchesAFullKey_isRefusedAndChangesNothing(
            String method, @Nullable String verb, @Nullable String body) {
        String path = "/v1/keys/" + fullId;
        String before = send(full, "GET", path, null).text();

        Reply refused = send(weak, method, path + (verb == null ? "" : verb), body);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text()).contains("\"code\":\"insufficient_scope\"").doesNotContain("\"secret\"");
        assertThat(send(full, "GET", path, null).text()).isEqualTo(before);
    }

    @Test
    void weakKey_touchesAKeyWithOneScopeMore_isToldWhich() {
        String id = String.valueOf(made("[\"keys:write\",\"jobs:read\"]").get("id"));

        Reply refused = send(weak, "DELETE", "/v1/keys/" + id, null);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text()).contains("jobs:read").doesNotContain("keys:write");
    }

    @Test
    void weakKey_touchesAKeyWithNoMoreThanItself_isDone() {
        String id = String.valueOf(made("[\"events:read\"]").get("id"));

        assertThat(send(weak, "POST", "/v1/keys/" + id + "/rotate", null).status())
                .isEqualTo(200);
        assertThat(send(weak, "DELETE", "/v1/keys/" + id, null).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[\"keys:write\",\"jobs:read\"]"})
    void weakKey_givesMoreThanItHas_isRefused(String scopes) {
        String id = String.valueOf(made("[\"events:read\"]").get("id"));
        String before = send(full, "GET", "/v1/keys/" + id, null).text();

        assertThat(send(weak, "POST", "/v1/keys", "{\"name\":\"k\",\"scopes\":" + scopes + "}")
                        .text())
                .contains("\"insufficient_scope\"")
                .doesNotContain("\"secret\"");
        assertThat(send(weak, "PATCH", "/v1/keys/" + id, "{\"scopes\":" + scopes + "}")
                        .text())
                .contains("\"insufficient_scope\"");
        assertThat(send(full, "GET", "/v1/keys/" + id, null).text()).isEqualTo(before);
    }

    /** A full key has more than all scopes that have names. */
    @Test
    void keyWithAllScopes_givesFullAccess_isToldThatItLacksAll() {
        String scopes = ScopeBits.SCOPES.stream()
                .map(scope -> "\"" + scope.wireName() + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        String most = String.valueOf(made(scopes).get("secret"));

        Reply refused = send(most, "POST", "/v1/keys", "{\"name\":\"k\",\"scopes\":[]}");

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("WWW-Authenticate")).contains("scope=\"all\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    []                          | 403
                    ["jobs:read"]               | 403
                    ["jobs:read","events:read"] | 403
                    ["events:read"]             | 201
                    ["keys:write"]              | 201
                    """)
    void weakKey_repeatsTheCreationOfAnotherKey_isShownOnlySecretsOfNoMoreThanItself(String scopes, int status) {
        Call create = Call.of("POST", "/v1/keys")
                .withHeader("Idempotency-Key", "once")
                .withBody(Json.of("{\"name\":\"k\",\"scopes\":" + scopes + "}"));
        Reply made = store.engine().call(create.withKey(full));

        Reply repeated = store.engine().call(create.withKey(weak));

        assertThat(repeated.status()).isEqualTo(status);
        String secret = String.valueOf(Json.of(made.text()).asMap().get("secret"));
        assertThat(repeated.text().contains(secret)).isEqualTo(status == 201);
    }

    @Test
    void requestLog_keyWithoutItsScope_isRefused() {
        assertThat(send(weak, "GET", "/v1/requests", null).text())
                .contains("\"code\":\"insufficient_scope\"", "requests:read");

        String reader = String.valueOf(made("[\"requests:read\"]").get("secret"));
        assertThat(send(reader, "GET", "/v1/requests", null).status()).isEqualTo(200);
    }

    private Map<String, Object> made(String scopes) {
        Reply reply = send(full, "POST", "/v1/keys", "{\"name\":\"k\",\"scopes\":" + scopes + "}");
        assertThat(reply.status()).isEqualTo(201);
        return Json.of(reply.text()).asMap();
    }

    private Reply send(String key, String method, String path, @Nullable String body) {
        Call call = Call.of(method, path).withKey(key);
        return store.engine().call(body == null ? call : call.withBody(Json.of(body)));
    }
}
