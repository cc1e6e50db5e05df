package dev.plinth.engine.internal.base.decision;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.problem.Refusal;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The result of a command. */
public sealed interface Outcome {
    /** Returns the HTTP status code of the answer. */
    int status();

    /** Returns the bytes of its body, uncompressed; 0 for a problem that is rendered later. */
    default int bodyBytes() {
        return 0;
    }

    /**
     * The command was done.
     *
     * @param status the HTTP status code, 200–399
     * @param body the rendered JSON; empty for 304
     * @param etag the strong entity tag with its quotes, or null
     * @param location the path of a new object, or null
     * @param retryAfterSeconds when to poll first, in seconds; 0 if there is nothing to poll
     * @param secret true if the body shows a secret, so that the remembered answer is encrypted
     */
    record Done(
            int status,
            byte[] body,
            @Nullable String etag,
            @Nullable String location,
            int retryAfterSeconds,
            boolean secret)
            implements Outcome {
        /** Returns a plain 200. */
        public static Done ok(byte[] body) {
            return new Done(200, body, null, null, 0, false);
        }

        /** Returns a 200 with an entity tag. */
        public static Done ok(byte[] body, String etag) {
            return new Done(200, body, etag, null, 0, false);
        }

        /** Returns a 304 for a caller that has this version. */
        public static Done unchanged(String etag) {
            return new Done(304, new byte[0], etag, null, 0, false);
        }

        /** Returns a 201 for something new. */
        public static Done created(byte[] body, @Nullable String etag, @Nullable String location) {
            return new Done(201, body, etag, location, 0, false);
        }

        /** Returns this outcome, marked as one that shows a secret. */
        public Done withSecret() {
            return new Done(status, body, etag, location, retryAfterSeconds, true);
        }

        @Override
        public int bodyBytes() {
            return body.length;
        }
    }

    /**
     * The command was done, and its result is not JSON.
     *
     * @param body the bytes
     * @param contentType their media type
     * @param rest the query for the bytes after these; null if these are all
     */
    record Page(byte[] body, String contentType, Command.@Nullable StreamQuery rest) implements Outcome {
        /** Returns the same bytes as the last part. */
        public Page asTheLast() {
            return new Page(body, contentType, null);
        }

        @Override
        public int status() {
            return 200;
        }

        @Override
        public int bodyBytes() {
            return body.length;
        }
    }

    /**
     * The host's own code has answered.
     *
     * @param status the HTTP status code, 200–599
     * @param headers its headers by name, in their spelling and order
     * @param body the bytes
     */
    record HostReply(int status, Map<String, String> headers, byte[] body) implements Outcome {
        private static final Set<Integer> TRANSIENT = Set.of(412, 428, 429);

        /** Returns true if the code has done its work, so that its effects happen. */
        public boolean isDone() {
            return status < 400;
        }

        /** Returns true if the idempotency key remembers it, by the statuses of the engine's own answers (contract §5). */
        public boolean isRemembered() {
            return status < 500 && !TRANSIENT.contains(status);
        }

        @Override
        public int bodyBytes() {
            return body.length;
        }
    }

    /**
     * The command was refused.
     *
     * @param refusal why
     */
    record Refused(Refusal refusal) implements Outcome {
        @Override
        public int status() {
            return refusal.code().status();
        }
    }

    /**
     * The request had been done before under the same idempotency key.
     *
     * @param status the status of the first answer
     * @param body the bytes of the first answer
     * @param etag its entity tag, or null
     * @param location its location, or null
     * @param retryAfterSeconds its advice when to poll, or 0
     * @param originalRequest the id of the first request
     * @param hostHeaders the headers of an answer of the host's own code; null if the engine made the answer
     * @param secret true if the body shows a secret
     */
    record Replayed(
            int status,
            byte[] body,
            @Nullable String etag,
            @Nullable String location,
            int retryAfterSeconds,
            Id originalRequest,
            @Nullable Map<String, String> hostHeaders,
            boolean secret)
            implements Outcome {
        /** Returns this answer with another body. */
        public Replayed with(byte[] other) {
            return new Replayed(status, other, etag, location, retryAfterSeconds, originalRequest, hostHeaders, secret);
        }

        @Override
        public int bodyBytes() {
            return body.length;
        }
    }

    /** The outcome of a step of the engine's own, for the code that commits it. It has no HTTP status. */
    non-sealed interface Internal extends Outcome {
        @Override
        default int status() {
            throw new IllegalStateException(
                    "Expected an outcome for a caller, but " + this + " is one of the engine's own steps");
        }
    }
}
