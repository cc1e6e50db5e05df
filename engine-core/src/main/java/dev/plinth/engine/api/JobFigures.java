package dev.plinth.engine.api;

import java.time.Duration;
import java.util.Optional;

/**
 * How the queued jobs of all workspaces stand. Of more than 10,000 only the oldest 10,000 are looked at.
 *
 * @param unhandled queued jobs whose type neither a handler in this JVM nor a lease of a worker within the last hour handles
 * @param oldestUnhandled how long the oldest of these has waited; empty if there is none
 * @param oldestQueued how long the oldest queued job has waited; empty if there is none
 */
public record JobFigures(long unhandled, Optional<Duration> oldestUnhandled, Optional<Duration> oldestQueued) {}
