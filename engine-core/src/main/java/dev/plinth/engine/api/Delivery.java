package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An event on its way to a webhook endpoint.
 *
 * @param id {@code dlv_…}
 * @param endpointId {@code we_…}
 * @param eventId {@code evt_…}
 * @param eventType the type of the event
 * @param status its state
 * @param nextAttemptAt when the next attempt is due
 * @param createdAt when the event happened
 * @param attempts the attempts so far, in order
 * @param json the value as the wire shows it
 */
public record Delivery(
        String id,
        String endpointId,
        String eventId,
        String eventType,
        DeliveryStatus status,
        Optional<Instant> nextAttemptAt,
        Instant createdAt,
        List<Attempt> attempts,
        Json json)
        implements WireValue {
    /** Refuses null. Copies the attempts. */
    public Delivery {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(endpointId, "endpointId must not be null.");
        Objects.requireNonNull(eventId, "eventId must not be null.");
        Objects.requireNonNull(eventType, "eventType must not be null.");
        Objects.requireNonNull(status, "status must not be null.");
        Objects.requireNonNull(nextAttemptAt, "nextAttemptAt must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(attempts, "attempts must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
        attempts = List.copyOf(attempts);
    }

    /**
     * Reads a delivery from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Delivery of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(Delivery.class);
    }

    /**
     * An attempt to send a delivery.
     *
     * @param number counts from 1
     * @param trigger what began it
     * @param at when it began
     * @param duration how long it took in real time, in whole milliseconds
     * @param status the receiver's HTTP status; empty if it did not answer
     * @param responseBody the first 8 KiB of its answer
     * @param errorClass the kind of its failure; empty if it succeeded
     * @param json the attempt as the wire shows it
     */
    public record Attempt(
            int number,
            Trigger trigger,
            Instant at,
            Duration duration,
            OptionalInt status,
            Optional<String> responseBody,
            Optional<String> errorClass,
            Json json)
            implements WireValue {
        /** Refuses null. */
        public Attempt {
            Objects.requireNonNull(trigger, "trigger must not be null.");
            Objects.requireNonNull(at, "at must not be null.");
            Objects.requireNonNull(duration, "duration must not be null.");
            Objects.requireNonNull(status, "status must not be null.");
            Objects.requireNonNull(responseBody, "responseBody must not be null.");
            Objects.requireNonNull(errorClass, "errorClass must not be null.");
            Objects.requireNonNull(json, "json must not be null.");
        }

        /**
         * Reads an attempt from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Attempt of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return json.read(Attempt.class);
        }
    }

    /** The cause of an attempt. */
    public enum Trigger {
        /** The schedule of the delivery. */
        @JsonProperty("auto")
        AUTO,
        /** A resend or a recovery. */
        @JsonProperty("manual")
        MANUAL
    }
}
