package dev.plinth.engine.internal.webhook.send;

import org.jspecify.annotations.Nullable;

/**
 * The result of an attempt. An attempt never throws, because to a schedule a failure is a result.
 *
 * @param status the receiver's status, 200–999; null if none arrived
 * @param responseBody the beginning of its body, at most 8 KiB of UTF-8; null if none arrived
 * @param retryAfterSeconds how long the receiver asked us to wait, at least 0 and not capped; null if it did not
 * @param error why the attempt failed; null if it succeeded. There may be a status too: a 200 whose body never ended is
 *     a {@code timeout}
 * @param durationMillis how long it took by the machine's own clock
 */
public record SendResult(
        @Nullable Integer status,
        @Nullable String responseBody,
        @Nullable Long retryAfterSeconds,
        @Nullable SendError error,
        long durationMillis) {
    /** Returns true if the receiver has the webhook. */
    public boolean delivered() {
        return error == null;
    }
}
