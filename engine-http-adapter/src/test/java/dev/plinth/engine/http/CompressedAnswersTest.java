package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Compressed answers are the same version, at the same price. */
final class CompressedAnswersTest {
    private static final String LARGE = "x".repeat(60_000);

    private final LiveServer server = LiveServer.start();
    private final String key = server.key(server.workspace("pro"));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void tag_ofTheCompressedForm_isAConditionLikeThatOfThePlainForm() throws IOException {
        String resource = create();
        RawReply plain = send(WireRequest.get(resource));
        RawReply compressed = send(WireRequest.get(resource).with("Accept-Encoding", "gzip"));

        assertThat(compressed.header("content-encoding")).isEqualTo("gzip");
        assertThat(plain.header("etag")).isEqualTo("\"v1\"");
        String tag = compressed.header("etag");
        assertThat(tag).as("a form of its own").isEqualTo("\"v1-gzip\"");
        RawReply unchanged =
                send(WireRequest.get(resource).with("Accept-Encoding", "gzip").with("If-None-Match", tag));
        assertThat(unchanged.status()).isEqualTo(304);
        assertThat(unchanged.header("etag")).isEqualTo(tag);
        WireRequest change = WireRequest.patch(resource, "{\"name\":\"other\"}").with("If-Match", tag);
        assertThat(send(change).status()).isEqualTo(200);
        assertThat(send(change).status()).as("the version is another one now").isEqualTo(412);
    }

    @Test
    void price_ofACompressedAnswer_isThatOfThePlainOne() throws IOException {
        for (int i = 0; i < 9; i++) {
            create();
        }
        long before = remaining();

        RawReply compressed = send(WireRequest.get("/v1/resources?limit=9").with("Accept-Encoding", "gzip"));

        assertThat(compressed.body().length).isLessThan(256 * 1024);
        assertThat(before - remaining()).isEqualTo(3);
    }

    private String create() throws IOException {
        String body = "{\"name\":\"r\",\"data\":{\"text\":\"" + LARGE + "\"}}";
        return send(WireRequest.post("/v1/resources", body)).header("location");
    }

    private long remaining() throws IOException {
        Map<?, ?> limit =
                Json.of(send(WireRequest.get("/v1/rate-limit")).text()).asMap();
        Map<?, ?> policy = (Map<?, ?>) ((List<?>) limit.get("policies")).get(0);
        return Long.parseLong(policy.get("remaining").toString());
    }

    private RawReply send(WireRequest request) throws IOException {
        return server.send(request.withKey(key));
    }
}
