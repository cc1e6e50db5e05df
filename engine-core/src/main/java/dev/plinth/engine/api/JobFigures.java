package dev.plinth.engine.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Figures of the queued jobs of all workspaces. At most the oldest 10,000 jobs are looked at.
 *
 * @param unhandled queued jobs whose type has neither a handler in this JVM nor a worker that leased within the last
 *     hour
 * @param oldestUnhandled how long the oldest of these has waited; empty if there is none
 * @param oldestQueued how long the oldest queued job has waited; empty if there is none
 */
public record JobFigures(long unhandled, Optional<Duration> oldestUnhandled, Optional<Duration> oldestQueued) {
    /** Refuses null. */
    public JobFigures {
        Objects.requireNonNull(oldestUnhandled, "oldestUnhandled must not be null.");
        Objects.requireNonNull(oldestQueued, "oldestQueued must not be null.");
    }
}
