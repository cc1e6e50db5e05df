package dev.plinth.engine.api;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An answer as bytes, which an adapter writes to its socket.
 */
public final class Reply {
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;
    private final @Nullable Rest rest;

    private Reply(int status, Map<String, String> headers, byte[] body, @Nullable Rest rest) {
        this.status = status;
        this.headers = Objects.requireNonNull(headers, "headers must not be null.");
        this.body = Objects.requireNonNull(body, "body must not be null.");
        this.rest = rest;
    }

    /**
     * Returns a reply with a complete body.
     *
     * @param status the HTTP status code, 200–599
     * @param headers header values by name, in the spelling and order to be sent
     * @param body the body bytes, empty if there is none; not to be changed
     */
    public static Reply of(int status, Map<String, String> headers, byte[] body) {
        return new Reply(status, headers, body, null);
    }

    /** Returns the HTTP status code, 200–599. */
    public int status() {
        return status;
    }

    /** Returns the header values by name, in the spelling and order to be sent. */
    public Map<String, String> headers() {
        return headers;
    }

    /** Returns the body bytes, empty if there is none; not to be changed. */
    public byte[] body() {
        return body;
    }

    /** Returns the rest of a body that is a stream; empty for a complete body. */
    public Optional<Rest> rest() {
        return Optional.ofNullable(rest);
    }

    /** Returns the same reply whose body goes on with this rest. */
    public Reply withRest(Rest rest) {
        return new Reply(status, headers, body, Objects.requireNonNull(rest, "rest must not be null."));
    }

    /**
     * The rest of a body that grows as things happen, such as a stream of events. The engine keeps no state for a
     * reader that stops asking. Thread-safe.
     */
    @FunctionalInterface
    public interface Rest {
        /**
         * Returns the next part once there is one. After 15 real seconds without one it returns a part that only shows
         * that the stream is alive. The future never fails. It completes on the same executor as the future of its
         * reply: see {@code Engine.submit}.
         */
        CompletableFuture<Part> next();
    }

    /** A part of a body. */
    public static final class Part {
        private final byte[] bytes;
        private final @Nullable Rest rest;

        private Part(byte[] bytes, @Nullable Rest rest) {
            this.bytes = Objects.requireNonNull(bytes, "bytes must not be null.");
            this.rest = rest;
        }

        /**
         * Returns the last part.
         *
         * @param bytes the bytes; empty at an end that was not foreseen, because the engine closes or the caller may not
         *     read on
         */
        public static Part last(byte[] bytes) {
            return new Part(bytes, null);
        }

        /** Returns a part that a rest follows. */
        public static Part of(byte[] bytes, Rest rest) {
            return new Part(bytes, Objects.requireNonNull(rest, "rest must not be null."));
        }

        /** Returns the bytes, which must not be changed. */
        public byte[] bytes() {
            return bytes;
        }

        /** Returns the rest after these bytes; empty at the end. */
        public Optional<Rest> rest() {
            return Optional.ofNullable(rest);
        }

        /** Returns the part as text. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Returns the body as the first part of the stream that it begins. */
    public Part firstPart() {
        return new Part(body, rest);
    }

    /** Returns the same reply with one more header behind the others. */
    public Reply with(String name, String value) {
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(value, "value must not be null.");
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body, rest);
    }

    /**
     * Returns the same reply in another content coding. Its entity tag is that of this form
     * ({@link #tagOf}), and conditions of later calls may have it.
     *
     * @param coding the coding, such as {@code gzip}
     * @param encoded the body in that coding; not to be changed
     */
    public Reply inCoding(String coding, byte[] encoded) {
        Objects.requireNonNull(coding, "coding must not be null.");
        Objects.requireNonNull(encoded, "encoded must not be null.");
        Map<String, String> own = new LinkedHashMap<>(headers);
        own.computeIfPresent("ETag", (name, tag) -> tagOf(tag, coding));
        own.put("Content-Encoding", coding);
        return new Reply(status, own, encoded, rest);
    }

    /**
     * Returns the tag of a form in a content coding, by the tag of the plain form (RFC 9110 §8.8.3.3). Text that is no
     * entity tag stays as it is.
     */
    public static String tagOf(String tag, String coding) {
        Objects.requireNonNull(tag, "tag must not be null.");
        Objects.requireNonNull(coding, "coding must not be null.");
        return tag.endsWith("\"") ? tag.substring(0, tag.length() - 1) + "-" + coding + "\"" : tag;
    }

    /** Returns the value of a header, or null if the reply has none. The name may be in any case. */
    public @Nullable String header(String name) {
        Objects.requireNonNull(name, "name must not be null.");
        for (Map.Entry<String, String> entry : headers.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
                return entry.getValue();
            }
        }
        return null;
    }

    /** Returns the body as text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Returns the status and the length of the body. Leaves the body out, which may hold a secret. */
    @Override
    public String toString() {
        return "Reply[" + status + ", " + body.length + " bytes]";
    }
}
