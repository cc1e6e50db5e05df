package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The secrets of a key (contract §10): their form, how many there may be, and what the tables keep of them. */
class KeySecretsTest {
    private static final int OLD_SECRETS_MAX = 10;
    private static final Duration KEPT = Duration.ofDays(30);

    private TestEngine store;

    @BeforeEach
    void open() {
        store = TestEngine.inMemory();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sk_live_|\"mode\":\"live\",\"scopes\":[]",
                "sk_test_|\"mode\":\"test\",\"scopes\":[]",
                "rk_live_|\"mode\":\"live\",\"scopes\":[\"jobs:read\"]",
                "rk_test_|\"mode\":\"test\",\"scopes\":[\"jobs:read\"]"
            })
    void create_anyKind_hasItsPrefixAndItsPlaceAlsoOnceItIsRotated(String prefix, String members) {
        Reply made = store.call("POST", "/v1/keys", "{\"name\":\"k\"," + members + "}");

        assertThat(member(made, "secret")).startsWith(prefix);
        assertThat(made.header("Location")).isEqualTo("/v1/keys/" + member(made, "id"));
        assertThat(member(rotate(member(made, "id"), 0), "secret")).startsWith(prefix);
    }

    @Test
    void create_byTheOperator_hasNoPlaceThatTheOperatorCouldNotRead() {
        String workspace = store.newWorkspace("other");

        Reply made = store.engine()
                .call(Call.of("POST", "/admin/v1/workspaces/" + workspace + "/keys")
                        .withHeader("Authorization", "Bearer " + store.adminToken())
                        .withBody(Json.of("{\"name\":\"k\"}")));

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("Location")).isNull();
    }

    @Test
    void rotate_asManyInGraceAsThereMayBe_oneMoreWaitsForTheEndOfTheFirst() {
        String id = store.make("/v1/keys", "{\"name\":\"k\"}");
        assertThat(rotate(id, 59).status()).isEqualTo(200);
        for (int i = 1; i < OLD_SECRETS_MAX; i++) {
            assertThat(rotate(id, 60).status()).as("rotation %d", i + 1).isEqualTo(200);
        }

        assertThat(rotate(id, 60).text()).contains("\"invalid_transition\"", "10 old secrets in grace");
        store.pass(Duration.ofSeconds(59));
        assertThat(rotate(id, 60).status()).isEqualTo(200);
    }

    @Test
    void rotate_withoutGrace_newSecretOpensAndTheTableKeepsNoOther() {
        Reply made = store.call("POST", "/v1/keys", "{\"name\":\"k\"}");
        long tokens = store.rows("tokens");

        Reply rotated = rotate(member(made, "id"), 0);

        assertThat(opens(member(rotated, "secret"))).isTrue();
        assertThat(opens(member(made, "secret"))).isFalse();
        assertThat(store.rows("tokens")).isEqualTo(tokens);
    }

    @Test
    void rotate_withGrace_oldSecretsOfEachRotationOpenToo() {
        Reply made = store.call("POST", "/v1/keys", "{\"name\":\"k\"}");
        Reply first = rotate(member(made, "id"), 60);
        Reply second = rotate(member(made, "id"), 60);

        assertThat(opens(member(made, "secret"))).isTrue();
        assertThat(opens(member(first, "secret"))).isTrue();
        assertThat(opens(member(second, "secret"))).isTrue();
    }

    @Test
    void revoke_keyWithSecretsInGrace_leavesNoneOfThemAndItsRowAndUseGoLater() {
        Map<String, Long> before = store.rows();
        Reply made = store.call("POST", "/v1/keys", "{\"name\":\"k\"}");
        String path = "/v1/keys/" + member(made, "id");
        Reply rotated = rotate(member(made, "id"), 60);
        assertThat(opens(member(rotated, "secret"))).isTrue();
        store.pass(Duration.ofMinutes(2));

        assertThat(store.call("DELETE", path).text()).contains("\"revoked\"");

        assertThat(opens(member(rotated, "secret"))).isFalse();
        assertThat(store.rows("tokens")).isEqualTo(before.get("tokens"));
        store.pass(KEPT.minusMillis(1));
        assertThat(store.status(path)).isEqualTo(200);
        assertThat(store.text("/v1/keys")).contains(member(made, "id"));
        store.pass(Duration.ofMillis(1));
        assertThat(store.status(path)).isEqualTo(404);
        assertThat(store.text("/v1/keys")).doesNotContain(member(made, "id"));
        Patience.until(() -> store.rows("keys") == before.get("keys"));
        // The key of the calls has a use of its own.
        assertThat(store.rows("key uses")).isLessThanOrEqualTo(1);
    }

    private Reply rotate(String id, int graceSeconds) {
        return store.call("POST", "/v1/keys/" + id + "/rotate", "{\"graceSeconds\":" + graceSeconds + "}");
    }

    private boolean opens(String secret) {
        return store.engine()
                        .call(Call.of("GET", "/v1/workspace").withKey(secret))
                        .status()
                == 200;
    }

    private static String member(Reply reply, String name) {
        return String.valueOf(Json.of(reply.text()).asMap().get(name));
    }
}
