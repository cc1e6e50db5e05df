package dev.plinth.engine.api;

import java.time.Instant;
import java.util.Map;

/**
 * A child of exactly one resource.
 *
 * @param id {@code sub_…}
 * @param resourceId its parent, {@code res_…}, for ever
 * @param type its type, {@code child} unless said otherwise
 * @param name its name
 * @param data the host's own object
 * @param metadata string pairs
 * @param version counts changes, from 1
 * @param createdAt when it was made
 * @param updatedAt when it was last changed
 */
public record Child(
        String id,
        String resourceId,
        String type,
        String name,
        Json data,
        Map<String, String> metadata,
        long version,
        Instant createdAt,
        Instant updatedAt) {}
