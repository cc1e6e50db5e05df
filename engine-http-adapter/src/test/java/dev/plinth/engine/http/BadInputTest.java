package dev.plinth.engine.http;

import static dev.plinth.engine.http.WireRequest.get;
import static dev.plinth.engine.http.WireRequest.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a request: the client learns exactly what, nothing of the server's inside, and nothing changes. */
class BadInputTest {
    private static final String RESOURCES = "/v1/resources";
    private static final String BULK = "/v1/resources/bulk";
    private static final int BODY_BYTES_MAX = 256 * 1024;
    private static final int BULK_BODY_BYTES_MAX = 4 * 1024 * 1024;
    private static final String NOWHERE = "00000000000000000000000000";

    private static LiveServer server;
    private static String key;
    private static String resource;

    @BeforeAll
    static void start() {
        server = LiveServer.start();
        key = server.key(server.workspace("business"));
        resource = RESOURCES + "/"
                + server.engine().client(key).resources().create("kept").call().id();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @MethodSource("dev.plinth.engine.http.BadInputs#all")
    void request_bad_isRefusedExactlyAndChangesNothing(BadInput bad) throws IOException {
        String before = server.shown(key);

        RawReply reply = server.send(bad.request().withKey(key));

        assertThat(ProblemReply.of(reply, bad.status(), bad.code()).places())
                .containsExactlyInAnyOrderElementsOf(bad.places());
        assertThat(server.shown(key)).isEqualTo(before);
    }

    @Test
    void patch_thatMakesDataTooLarge_422AndChangesNothing() throws IOException {
        String half = "x".repeat(40_000);
        assertThat(send("{\"data\":{\"a\":\"" + half + "\"}}").status()).isEqualTo(200);
        String before = server.shown(key);

        RawReply reply = send("{\"data\":{\"b\":\"" + half + "\"}}");

        assertThat(ProblemReply.of(reply, 422, "validation_failed").places()).containsExactly("pointer:/data");
        assertThat(server.shown(key)).isEqualTo(before);
    }

    private static RawReply send(String patch) throws IOException {
        return server.send(WireRequest.patch(resource, patch).withKey(key));
    }

    static Stream<Arguments> tooLarge() {
        return Stream.of(Arguments.of(RESOURCES, BODY_BYTES_MAX), Arguments.of(BULK, BULK_BODY_BYTES_MAX))
                .flatMap(each -> IntStream.range(0, 2)
                        .mapToObj(framing -> Arguments.of(each.get()[0], each.get()[1], framing == 1)));
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void body_oneByteTooLarge_413AndChangesNothing(String path, int bytesMax, boolean chunked) throws IOException {
        String before = server.shown(key);
        WireRequest request =
                post(path, "{\"name\":\"a\"}" + " ".repeat(bytesMax)).withKey(key);

        RawReply reply = server.send(chunked ? request.inChunks() : request);

        ProblemReply.of(reply, 413, "payload_too_large");
        assertThat(reply.header("connection")).isEqualTo("close");
        assertThat(server.shown(key)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void body_justNotTooLarge_isRead(String path, int bytesMax, boolean chunked) throws IOException {
        String text = "{\"x\":\"" + "x".repeat(bytesMax - 8) + "\"}";
        WireRequest request = post(path, text).withKey(key);

        RawReply reply = server.send(chunked ? request.inChunks() : request);

        assertThat(ProblemReply.of(reply, 422, "validation_failed").places()).contains("pointer:/x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "sk_live_", "sk_live_" + NOWHERE + "0000000000", "adm_test123456789012", "k\u00e9y"})
    void credential_bad_is401AndTellsNothing(String secret) throws IOException {
        RawReply reply = server.send(get(RESOURCES).withKey(secret));

        String code = secret.isEmpty() ? "unauthenticated" : "invalid_token";
        String error = secret.isEmpty() ? "" : ", error=\"invalid_token\"";
        ProblemReply.of(reply, 401, code);
        assertThat(reply.header("www-authenticate")).isEqualTo("Bearer realm=\"plinth\"" + error);
    }

    @Test
    void method_wrong_namesTheRightOnes() throws IOException {
        assertThat(server.send(WireRequest.of("PUT", RESOURCES)).header("allow"))
                .isEqualTo("GET, HEAD, POST");
        assertThat(server.send(get(resource + "/pause")).header("allow")).isEqualTo("POST");
    }

    @Test
    void id_foreign_isRefusedLikeOneThatNothingHas() throws IOException {
        String stranger = server.key(server.workspace("pro"));

        RawReply foreign = server.send(get(resource).withKey(stranger));
        RawReply absent = server.send(get(RESOURCES + "/res_" + NOWHERE).withKey(stranger));

        ProblemReply.of(foreign, 404, "not_found");
        assertThat(foreign.text().replace(String.valueOf(foreign.header("request-id")), ""))
                .isEqualTo(absent.text().replace(String.valueOf(absent.header("request-id")), ""));
    }
}
