package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The outcome of a test event.
 */
public final class WebhookTest extends JsonView {
    private WebhookTest(Json json) {
        super(json, List.of("delivered", "durationMillis"));
    }

    /**
     * Reads an outcome from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static WebhookTest of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new WebhookTest(json);
    }

    /** Returns true if the receiver took it. */
    public boolean delivered() {
        return truth("delivered");
    }

    /** Returns the receiver's HTTP status; empty if it did not answer. */
    public OptionalInt status() {
        return optionalInt("status");
    }

    /** Returns how long it took in real time, in whole milliseconds. */
    public Duration duration() {
        return Duration.ofMillis(number("durationMillis"));
    }

    /** Returns the kind of its failure; empty if it succeeded. */
    public Optional<String> errorClass() {
        return optionalText("errorClass");
    }
}
