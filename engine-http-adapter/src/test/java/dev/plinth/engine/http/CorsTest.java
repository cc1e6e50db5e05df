package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of other origins, as browsers call for them. */
class CorsTest {
    private static final String ORIGIN = "https://app.example.com";
    private static final String PREFLIGHT =
            "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization,idempotency-key\r\n";

    private final LiveServer live = LiveServer.start();
    private EngineServer server = EngineServer.builder(live.engine())
            .port(0)
            .corsOrigin(ORIGIN)
            .corsOrigin("http://localhost:5173")
            .start();

    @AfterEach
    void stop() {
        server.close(Duration.ZERO);
        live.close();
    }

    private RawReply send(String method, String path, String headers) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            return client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n")
                    .read(method);
        }
    }

    private static String from(String origin) {
        return "Origin: " + origin + "\r\n";
    }

    @Test
    void preflight_ofAnAllowedOrigin_isAnsweredWithoutACredential() throws IOException {
        RawReply reply = send("OPTIONS", "/v1/resources", from(ORIGIN) + PREFLIGHT);

        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.header("access-control-allow-origin")).isEqualTo(ORIGIN);
        assertThat(reply.header("access-control-allow-methods").split(", "))
                .contains("GET", "POST", "PUT", "PATCH", "DELETE");
        assertThat(reply.header("access-control-allow-headers"))
                .containsIgnoringCase("authorization")
                .containsIgnoringCase("idempotency-key")
                .containsIgnoringCase("if-match")
                .containsIgnoringCase("last-event-id")
                .doesNotContain("*");
        assertThat(reply.header("vary")).isEqualTo("Origin");
        assertThat(reply.header("request-id")).startsWith("req_");
        assertThat(reply.header("access-control-allow-credentials")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example.com",
                "https://app.example.com.evil.com",
                "https://app.example.com:444",
                "http://app.example.com",
                "HTTPS://APP.EXAMPLE.COM",
                "null",
                "*"
            })
    void otherOrigin_getsTheUsualAnswerWithoutPermission(String origin) throws IOException {
        RawReply preflight = send("OPTIONS", "/v1/resources", from(origin) + PREFLIGHT);
        RawReply call = send("GET", "/v1/resources", from(origin));

        assertThat(preflight.status()).isEqualTo(405);
        assertThat(call.status()).isEqualTo(401);
        assertThat(preflight.headers()).containsEntry("vary", "Origin");
        assertThat(preflight.headers().keySet()).noneMatch(name -> name.startsWith("access-control-"));
        assertThat(call.headers().keySet()).noneMatch(name -> name.startsWith("access-control-"));
    }

    @Test
    void everyAnswer_refusalsIncluded_canBeReadByThePage() throws IOException {
        String key = live.key(live.workspace("pro"));
        RawReply well = send("GET", "/v1/resources", from(ORIGIN) + "Authorization: Bearer " + key + "\r\n");
        RawReply unknown = send("GET", "/v1/resources", from("http://localhost:5173"));
        RawReply tooLarge = send("POST", "/v1/resources", from(ORIGIN) + "Content-Length: 9000000000\r\n");

        assertThat(well.status()).isEqualTo(200);
        assertThat(well.header("access-control-allow-origin")).isEqualTo(ORIGIN);
        assertThat(well.header("vary")).contains("Origin").contains("Accept-Encoding");
        assertThat(well.header("access-control-expose-headers").split(", "))
                .contains("ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Request-Id")
                .contains("Idempotent-Replayed");
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.header("access-control-allow-origin")).isEqualTo("http://localhost:5173");
        assertThat(tooLarge.status()).isEqualTo(401);
        assertThat(tooLarge.header("access-control-allow-origin")).isEqualTo(ORIGIN);
    }

    @Test
    void options_thatIsNoPreflight_answersAsWithoutCors() throws IOException {
        RawReply bare = send("OPTIONS", "/v1/resources", from(ORIGIN));

        assertThat(bare.status()).isEqualTo(405);
        assertThat(bare.header("allow")).contains("POST");
        assertThat(bare.header("access-control-allow-origin")).isEqualTo(ORIGIN);
    }

    @Test
    void originTwice_isNotAllowed() throws IOException {
        RawReply reply = send("GET", "/v1/resources", from(ORIGIN) + from(ORIGIN));

        assertThat(reply.header("access-control-allow-origin")).isNull();
    }

    @Test
    void withoutOrigins_nothingChanges() throws IOException {
        server.close(Duration.ZERO);
        server = EngineServer.builder(live.engine()).port(0).start();

        RawReply preflight = send("OPTIONS", "/v1/resources", from(ORIGIN) + PREFLIGHT);

        assertThat(preflight.status()).isEqualTo(405);
        assertThat(preflight.header("vary")).isNull();
        assertThat(preflight.headers().keySet()).noneMatch(name -> name.startsWith("access-control-"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "null",
                "app.example.com",
                "https://app.example.com/",
                "https://app.example.com:443",
                "http://app.example.com:80",
                "https://App.example.com",
                "https://*.example.com",
                "https://user@app.example.com",
                "ftp://app.example.com",
                "https://"
            })
    void origin_thatNoBrowserSends_isRefused(String origin) {
        assertThatThrownBy(() -> EngineServer.builder(live.engine()).corsOrigin(origin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + origin + "\"")
                .hasMessageContaining("https://app.example.com");
    }
}
