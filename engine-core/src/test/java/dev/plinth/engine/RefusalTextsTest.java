package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refusals say what to do instead: which credential, which scheme, which operations there are. */
final class RefusalTextsTest {
    private final TestEngine store =
            TestEngine.open(builder -> builder.operation("rename", operation -> OperationResult.of(Json.EMPTY_OBJECT))
                    .asyncOperation("export", job -> Json.EMPTY_OBJECT));

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void credential_ofTheOtherKind_isToldWhichOneIsNeededInTheBytesForAnyBadOne() {
        String unknown = bearer("GET", "/v1/workspace", "sk_live_nothing").text();

        for (Reply reply : List.of(
                bearer("GET", "/admin/v1/workspaces", store.key()),
                bearer("GET", "/v1/workspace", store.adminToken()),
                bearer("GET", "/admin/v1/workspaces", "adm_nothing"))) {
            assertThat(reply.status()).isEqualTo(401);
            assertThat(anonymous(reply.text())).isEqualTo(anonymous(unknown));
        }
        assertThat(unknown).contains("API key of a workspace below /v1", "admin token below /admin/v1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Basic c2tfbGl2ZV94OnNrX2xpdmVfeA==|its scheme is Basic",
                "basic x|its scheme is Basic",
                "Bearer|there is nothing behind Bearer",
                "Bearer  |there is nothing behind Bearer",
                "sk_live_secret|it has another scheme or none",
                "Digest secret|it has another scheme or none"
            })
    void credential_ofAnotherScheme_isToldTheRightOneAndNotRepeated(String authorization, String found) {
        Reply reply = store.engine().call(Call.of("GET", "/v1/workspace").withHeader("Authorization", authorization));

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"plinth\"");
        assertThat(reply.text())
                .contains("\"unauthenticated\"", "Bearer <API key>", found)
                .doesNotContain("secret", "c2tf");
    }

    @Test
    void credential_missing_isToldWhichOneTheRouteTakes() {
        assertThat(store.engine().call(Call.of("GET", "/v1/workspace")).text())
                .contains("Bearer <API key>", "there is no such header");
        assertThat(store.engine().call(Call.of("GET", "/admin/v1/workspaces")).text())
                .contains("Bearer <admin token>", "there is no such header");
    }

    @Test
    void operation_unknown_isToldWhichOnesThereAre() {
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");

        Reply reply = store.call("POST", "/v1/resources/" + resource + "/operations/renam");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.text())
                .contains("\"not_found\"", "Use one of export, rename.")
                .doesNotContain("renam\"", resource);
    }

    @Test
    void operation_whereThereAreNone_isToldSo() {
        try (TestEngine bare = TestEngine.inMemory()) {
            assertThat(bare.call("POST", "/v1/resources/res_1/operations/rename")
                            .text())
                    .contains("The host has none");
        }
    }

    private Reply bearer(String method, String path, String secret) {
        return store.engine().call(Call.of(method, path).withKey(secret));
    }

    private static String anonymous(String text) {
        return text.replaceAll("req_\\w+", "");
    }
}
