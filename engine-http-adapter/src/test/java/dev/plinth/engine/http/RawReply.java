package dev.plinth.engine.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A response as it came over a socket, so that tests see what a client sees; header names in lower case. */
public record RawReply(int status, Map<String, String> headers, byte[] body) {
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
