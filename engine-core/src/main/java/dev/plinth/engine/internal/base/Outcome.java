package dev.plinth.engine.internal.base;

import org.jspecify.annotations.Nullable;

/** What came of a command. */
public sealed interface Outcome {
    /** The HTTP status code of the answer. */
    int status();

    /**
     * It was done.
     *
     * @param status the HTTP status code, 200–399
     * @param body the rendered JSON; empty for 304
     * @param etag the strong entity tag with its quotes, or null
     * @param location the path of what was made, or null
     * @param retryAfterSeconds when to poll first, in seconds; 0 if there is nothing to poll
     * @param secret true if the body shows a secret, so that it is remembered sealed
     */
    record Done(
            int status,
            byte[] body,
            @Nullable String etag,
            @Nullable String location,
            int retryAfterSeconds,
            boolean secret)
            implements Outcome {
        /** A plain 200. */
        public static Done ok(byte[] body) {
            return new Done(200, body, null, null, 0, false);
        }

        /** A 200 with an entity tag. */
        public static Done ok(byte[] body, String etag) {
            return new Done(200, body, etag, null, 0, false);
        }

        /** A 201 for something new. */
        public static Done created(byte[] body, @Nullable String etag, @Nullable String location) {
            return new Done(201, body, etag, location, 0, false);
        }

        /** The same outcome, marked as one that shows a secret. */
        public Done withSecret() {
            return new Done(status, body, etag, location, retryAfterSeconds, true);
        }
    }

    /**
     * It was done, and what came of it is no JSON.
     *
     * @param body the bytes
     * @param contentType their media type
     * @param rest what to ask for the bytes behind these; null if these are all
     */
    record Page(byte[] body, String contentType, Command.@Nullable LongPollQuery rest) implements Outcome {
        /** The same bytes with nothing behind them. */
        public Page asTheLast() {
            return new Page(body, contentType, null);
        }

        @Override
        public int status() {
            return 200;
        }
    }

    /**
     * It was turned away.
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
     * It had been done before under the same idempotency key.
     *
     * @param status the status of the first answer
     * @param body the bytes of the first answer
     * @param etag its entity tag, or null
     * @param location its location, or null
     * @param retryAfterSeconds its advice when to poll, or 0
     * @param originalRequest the id of the first request
     */
    record Replayed(
            int status,
            byte[] body,
            @Nullable String etag,
            @Nullable String location,
            int retryAfterSeconds,
            Id originalRequest)
            implements Outcome {}
}
