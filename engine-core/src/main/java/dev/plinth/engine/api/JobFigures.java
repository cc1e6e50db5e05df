package dev.plinth.engine.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Figures of the queued jobs of all workspaces. At most the oldest 10,000 jobs are looked at. Immutable. */
public final class JobFigures {
    private final long unhandled;
    private final @Nullable Duration oldestUnhandled;
    private final @Nullable Duration oldestQueued;

    private JobFigures(long unhandled, @Nullable Duration oldestUnhandled, @Nullable Duration oldestQueued) {
        this.unhandled = unhandled;
        this.oldestUnhandled = oldestUnhandled;
        this.oldestQueued = oldestQueued;
    }

    /** Returns figures of so many unhandled jobs, without the age of any. */
    public static JobFigures of(long unhandled) {
        return new JobFigures(unhandled, null, null);
    }

    /** Returns the same with the time that the oldest unhandled job has waited. */
    public JobFigures withOldestUnhandled(Duration oldestUnhandled) {
        Objects.requireNonNull(oldestUnhandled, "oldestUnhandled must not be null.");
        return new JobFigures(unhandled, oldestUnhandled, oldestQueued);
    }

    /** Returns the same with the time that the oldest queued job has waited. */
    public JobFigures withOldestQueued(Duration oldestQueued) {
        Objects.requireNonNull(oldestQueued, "oldestQueued must not be null.");
        return new JobFigures(unhandled, oldestUnhandled, oldestQueued);
    }

    /**
     * Returns how many queued jobs have a type with neither a handler in this JVM nor a worker that leased within the last
     * hour.
     */
    public long unhandled() {
        return unhandled;
    }

    /** Returns how long the oldest of these has waited; empty if there is none. */
    public Optional<Duration> oldestUnhandled() {
        return Optional.ofNullable(oldestUnhandled);
    }

    /** Returns how long the oldest queued job has waited; empty if there is none. */
    public Optional<Duration> oldestQueued() {
        return Optional.ofNullable(oldestQueued);
    }

    private List<Object> parts() {
        return List.of(unhandled, oldestUnhandled(), oldestQueued());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JobFigures figures && figures.parts().equals(parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    @Override
    public String toString() {
        return "JobFigures" + parts();
    }
}
