package dev.plinth.engine.api;

import java.time.Instant;

/**
 * Something that happened: the envelope of every webhook.
 *
 * @param id {@code evt_…}
 * @param type what happened, such as {@code resource.updated}
 * @param createdAt when
 * @param data the object that it is about, as its GET showed it at that moment
 */
public record Event(String id, String type, Instant createdAt, Json data) {}
