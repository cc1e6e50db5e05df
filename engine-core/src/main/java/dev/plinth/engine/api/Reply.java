package dev.plinth.engine.api;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One answer as bytes: what an adapter writes to its socket.
 *
 * @param status the HTTP status code, 200–599
 * @param headers header values by name in the spelling to be sent, in the order to be sent
 * @param body the body bytes, empty if there is none; not to be changed
 * @param rest what comes behind these bytes, where the body is a stream; empty for a body that is all there
 */
public record Reply(int status, Map<String, String> headers, byte[] body, Optional<Rest> rest) {
    /** A reply whose body is all there. */
    public Reply(int status, Map<String, String> headers, byte[] body) {
        this(status, headers, body, Optional.empty());
    }

    /**
     * The rest of a body that comes as things happen, such as a stream of events. The engine keeps nothing for who does not ask on.
     * Thread-safe.
     */
    @FunctionalInterface
    public interface Rest {
        /**
         * The next part, once there is one; after 15 real seconds in which nothing happens it is one that says nothing but that the
         * stream is alive. It never fails. It completes where the future of its reply does: see {@code Engine.submit}.
         */
        CompletableFuture<Part> next();
    }

    /**
     * A part of a body.
     *
     * @param bytes the bytes; empty at an end that was not foreseen, because the engine closes or the caller may not read on
     * @param rest what comes behind them; empty at the end
     */
    public record Part(byte[] bytes, Optional<Rest> rest) {
        /** The part as text. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Returns the same reply with one more header behind the others. */
    public Reply with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body, rest);
    }

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
