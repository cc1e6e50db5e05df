package dev.plinth.engine.api;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One answer as bytes: what an adapter writes to its socket.
 *
 * @param status the HTTP status code, 200–599
 * @param headers header values by name in the spelling to be sent, in the order to be sent
 * @param body the body bytes, empty if there is none; not to be changed
 */
public record Reply(int status, Map<String, String> headers, byte[] body) {
    /** The value of a header, the name in any case; null if the answer has none. */
    public @Nullable String header(String name) {
        for (Map.Entry<String, String> entry : headers.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
                return entry.getValue();
            }
        }
        return null;
    }

    /** The body as text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The status; never the body, which may hold a secret. */
    @Override
    public String toString() {
        return "Reply[" + status + ", " + body.length + " bytes]";
    }
}
