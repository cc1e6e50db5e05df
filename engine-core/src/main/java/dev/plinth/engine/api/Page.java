package dev.plinth.engine.api;

import java.util.List;
import java.util.Optional;

/**
 * One page of a list.
 *
 * @param data the items, newest first
 * @param hasMore true if there are more
 * @param nextCursor what to ask the next page with; empty on the last one
 */
public record Page<T>(List<T> data, boolean hasMore, Optional<String> nextCursor) {}
