package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** An answer, read. */
final class ModelAnswer {
    private final Reply reply;
    private final Map<String, Object> body;

    ModelAnswer(Reply reply) {
        this.reply = reply;
        this.body = reply.body().length == 0
                ? Map.of()
                : new HashMap<>(Json.trusted(reply.body()).asMap());
    }

    int status() {
        return reply.status();
    }

    Map<String, Object> body() {
        return body;
    }

    /** A member that is text; empty if it is not there. */
    String text(String name) {
        return body.get(name) instanceof String text ? text : "";
    }

    List<?> list(String name) {
        return body.get(name) instanceof List<?> list ? list : List.of();
    }

    String header(String name) {
        return reply.header(name);
    }

    /** Fails unless this is what was expected. */
    void check(ModelRequest.Expected expected, ModelRequest ask) {
        assertThat(reply.status() + " " + text("code"))
                .isEqualTo(expected.status() + " " + (expected.code() == null ? "" : expected.code()));
        assertThat(header("ETag")).as("ETag").isEqualTo(expected.etag());
        assertThat(header("Location")).as("Location").isEqualTo(expected.location());
        assertThat(header("Idempotent-Replayed")).as("replayed").isNull();
        boolean cached = ask.method().equals("GET") && expected.etag() != null;
        assertThat(header("Cache-Control")).isEqualTo(cached ? "private, no-cache" : "no-store");
        if (expected.code() != null) {
            checkProblem(expected);
        } else if (expected.body() != null) {
            assertThat(withoutUse(body)).isEqualTo(expected.body());
        }
    }

    /** Fails unless this repeats another answer. */
    void checkReplays(ModelAnswer first) {
        assertThat(reply.status()).isEqualTo(first.status());
        assertThat(reply.body()).as("replayed body %s", reply.text()).isEqualTo(first.reply.body());
        for (String name : List.of("Location", "ETag", "Content-Type")) {
            assertThat(header(name)).as(name).isEqualTo(first.header(name));
        }
        assertThat(header("Idempotent-Replayed")).as("replayed").isEqualTo("true");
        assertThat(header("Original-Request")).isEqualTo(first.header("Request-Id"));
    }

    /** A value without what depends on when a key was last used. */
    private static Object withoutUse(Object value) {
        if (value instanceof List<?> items) {
            return items.stream().map(ModelAnswer::withoutUse).toList();
        }
        if (!(value instanceof Map<?, ?> map)) {
            return value;
        }
        Map<Object, Object> rest = new HashMap<>();
        map.forEach((name, member) -> rest.put(name, withoutUse(member)));
        rest.remove("lastUsedAt");
        return rest;
    }

    private void checkProblem(ModelRequest.Expected expected) {
        assertThat(header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(text("requestId")).isEqualTo(header("Request-Id"));
        assertThat(text("type")).isEqualTo("https://plinth.dev/problems/" + expected.code());
        if (expected.pointers() != null) {
            TreeSet<String> pointers = new TreeSet<>();
            for (Object error : list("errors")) {
                pointers.add((String) ((Map<?, ?>) error).get("pointer"));
            }
            assertThat(pointers).as("pointers").isEqualTo(new TreeSet<>(expected.pointers()));
        }
    }

    @Override
    public String toString() {
        return reply.status() + " " + reply.text();
    }
}
