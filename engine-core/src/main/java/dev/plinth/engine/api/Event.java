package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Something that happened, as every webhook carries it.
 */
public final class Event extends JsonView {
    private Event(Json json) {
        super(json, List.of("id", "type", "createdAt", "data"));
    }

    /**
     * Reads an event from its JSON on the wire, such as the body of a webhook.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Event of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new Event(json);
    }

    /** Returns {@code evt_…}. */
    public String id() {
        return text("id");
    }

    /** Returns what happened, such as {@code resource.updated}. */
    public String type() {
        return text("type");
    }

    /** Returns when it happened. */
    public Instant createdAt() {
        return time("createdAt");
    }

    /** Returns the object that the event is about, as its GET showed it at that moment. */
    public Json data() {
        return json("data");
    }
}
