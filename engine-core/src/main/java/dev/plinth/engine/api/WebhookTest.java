package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The outcome of a test event.
 *
 * @param delivered true if the receiver took it
 * @param status the receiver's HTTP status; empty if it did not answer
 * @param duration how long it took in real time, in whole milliseconds
 * @param errorClass the kind of its failure; empty if it succeeded
 * @param json the value as the wire shows it
 */
public record WebhookTest(
        boolean delivered, OptionalInt status, Duration duration, Optional<String> errorClass, Json json)
        implements WireValue {
    /** Refuses null. */
    public WebhookTest {
        Objects.requireNonNull(status, "status must not be null.");
        Objects.requireNonNull(duration, "duration must not be null.");
        Objects.requireNonNull(errorClass, "errorClass must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads an outcome from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static WebhookTest of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(WebhookTest.class);
    }
}
