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
 */
public final class Delivery extends JsonView {
    private Delivery(Json json) {
        super(json, List.of("id", "endpointId", "eventId", "eventType", "status", "createdAt", "attempts"));
    }

    /**
     * Reads a delivery from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Delivery of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new Delivery(json);
    }

    /** Returns {@code dlv_…}. */
    public String id() {
        return text("id");
    }

    /** Returns {@code we_…}. */
    public String endpointId() {
        return text("endpointId");
    }

    /** Returns {@code evt_…}. */
    public String eventId() {
        return text("eventId");
    }

    /** Returns the type of the event. */
    public String eventType() {
        return text("eventType");
    }

    /** Returns its state. */
    public DeliveryStatus status() {
        return word("status", DeliveryStatus.class);
    }

    /** Returns when the next attempt is due. */
    public Optional<Instant> nextAttemptAt() {
        return optionalTime("nextAttemptAt");
    }

    /** Returns when the event happened. */
    public Instant createdAt() {
        return time("createdAt");
    }

    /** Returns the attempts so far, in order. */
    public List<Attempt> attempts() {
        return list("attempts", Delivery.Attempt.class);
    }

    /**
     * An attempt to send a delivery.
     */
    public static final class Attempt extends JsonView {
        private Attempt(Json json) {
            super(json, List.of("number", "trigger", "at", "durationMillis"));
        }

        /**
         * Reads an attempt from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Attempt of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return new Attempt(json);
        }

        /** Returns its number, from 1. */
        public int number() {
            return (int) number("number");
        }

        /** Returns what began it. */
        public Trigger trigger() {
            return word("trigger", Delivery.Trigger.class);
        }

        /** Returns when it began. */
        public Instant at() {
            return time("at");
        }

        /** Returns how long it took in real time, in whole milliseconds. */
        public Duration duration() {
            return Duration.ofMillis(number("durationMillis"));
        }

        /** Returns the receiver's HTTP status; empty if it did not answer. */
        public OptionalInt status() {
            return optionalInt("status");
        }

        /** Returns the first 8 KiB of its answer. */
        public Optional<String> responseBody() {
            return optionalText("responseBody");
        }

        /** Returns the kind of its failure; empty if it succeeded. */
        public Optional<String> errorClass() {
            return optionalText("errorClass");
        }
    }

    /** The cause of an attempt. */
    public enum Trigger {
        /** The schedule of the delivery. */
        @JsonProperty("auto")
        AUTO,
        /** A resend or a recovery. */
        @JsonProperty("manual")
        MANUAL,
        /** Stands for a word of a newer server, which this release does not know. */
        @JsonProperty("unknown")
        UNKNOWN
    }
}
