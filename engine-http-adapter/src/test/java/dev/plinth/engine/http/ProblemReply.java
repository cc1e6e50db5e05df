package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A reply that has been found to be a problem document (RFC 9457 §3) in the contract's form, whole and without a word about
 * the inside of the server.
 */
public record ProblemReply(RawReply reply, Map<String, Object> document) {
    private static final Set<String> MEMBERS =
            Set.of("type", "title", "status", "detail", "code", "requestId", "retryable", "errors");
    private static final String[] INSIDE = {
        "Exception", "dev.plinth", "java.", "jackson", "jetty", "\tat ", "at java", "<html", "<!DOCTYPE"
    };

    /** Checks everything that all problems have in common. */
    public static ProblemReply of(RawReply reply, int status, String code) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
        assertThat(reply.header("cache-control")).isEqualTo("no-store");
        assertThat(reply.text()).doesNotContain(INSIDE);
        Map<String, Object> document = Json.of(reply.text()).asMap();
        assertThat(MEMBERS).containsAll(document.keySet());
        assertThat(document)
                .containsEntry("type", "https://plinth.dev/problems/" + code)
                .containsEntry("code", code)
                .containsEntry("requestId", reply.header("request-id"))
                .containsEntry("retryable", status == 429);
        assertThat(document.get("status")).hasToString(Integer.toString(status));
        assertThat(String.valueOf(document.get("requestId"))).matches("req_[0-9a-hjkmnp-tv-z]{26}");
        assertThat(document.get("title")).asString().isNotBlank();
        assertThat(document.get("detail")).asString().isNotBlank();
        return new ProblemReply(reply, document);
    }

    /** Returns where the errors stand: {@code pointer:/name} in the body, {@code parameter:limit} in the query. */
    List<String> places() {
        List<String> places = new ArrayList<>();
        if (document.get("errors") instanceof List<?> errors) {
            for (Object error : errors) {
                places.add(place((Map<?, ?>) error));
            }
        }
        return places;
    }

    private static String place(Map<?, ?> error) {
        boolean inBody = error.containsKey("pointer");
        String source = inBody ? "pointer" : "parameter";
        assertThat(error).hasSize(3);
        assertThat(error.get(source)).isInstanceOf(String.class);
        assertThat(error.get("code")).asString().isNotBlank();
        assertThat(error.get("detail")).asString().isNotBlank();
        return source + ":" + error.get(source);
    }
}
