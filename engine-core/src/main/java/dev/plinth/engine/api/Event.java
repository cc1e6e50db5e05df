package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Objects;

/**
 * Something that happened, as every webhook carries it.
 *
 * @param id {@code evt_…}
 * @param type what happened, such as {@code resource.updated}
 * @param createdAt when
 * @param data the object that the event is about, as its GET showed it at that moment
 * @param json the value as the wire shows it
 */
public record Event(String id, String type, Instant createdAt, Json data, Json json) implements WireValue {
    /** Refuses null. */
    public Event {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(type, "type must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(data, "data must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads an event from its JSON on the wire, such as the body of a webhook.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Event of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(Event.class);
    }
}
