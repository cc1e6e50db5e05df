package dev.plinth.engine.api;

import java.time.Instant;
import java.util.Map;

/**
 * A workspace: the owner of everything else.
 *
 * @param id {@code ws_…}
 * @param name its name
 * @param plan the name of its plan
 * @param suspended true if all its calls are refused
 * @param metadata string pairs
 * @param createdAt when it was made
 */
public record Workspace(
        String id, String name, String plan, boolean suspended, Map<String, String> metadata, Instant createdAt) {}
