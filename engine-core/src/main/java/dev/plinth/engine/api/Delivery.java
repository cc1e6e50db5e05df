package dev.plinth.engine.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One event on its way to one webhook endpoint.
 *
 * @param id {@code dlv_…}
 * @param endpointId {@code we_…}
 * @param eventId {@code evt_…}
 * @param eventType the type of the event
 * @param status {@code pending}, {@code delivering}, {@code delivered}, {@code retrying}, {@code exhausted}, {@code held} or
 *     {@code dropped}
 * @param nextAttemptAt when it is tried again
 * @param createdAt when the event happened
 * @param attempts what was tried, in order
 */
public record Delivery(
        String id,
        String endpointId,
        String eventId,
        String eventType,
        String status,
        Optional<Instant> nextAttemptAt,
        Instant createdAt,
        List<Attempt> attempts) {
    /** Copies the attempts. */
    public Delivery {
        attempts = List.copyOf(attempts);
    }

    /**
     * One attempt.
     *
     * @param number counts from 1
     * @param trigger {@code auto} or {@code manual}
     * @param at when it began
     * @param durationMillis how long it took in real milliseconds
     * @param status what the receiver answered
     * @param responseBody the first 8 KiB of its answer
     * @param errorClass why it failed
     */
    public record Attempt(
            int number,
            String trigger,
            Instant at,
            long durationMillis,
            OptionalInt status,
            Optional<String> responseBody,
            Optional<String> errorClass) {}
}
