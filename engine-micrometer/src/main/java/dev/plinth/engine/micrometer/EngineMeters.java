package dev.plinth.engine.micrometer;

import dev.plinth.engine.Engine;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Binds the figures of an engine to registries of Micrometer ({@link Engine#figures}).
 *
 * <p>A figure such as {@code plinth_jobs_queued_oldest_seconds} is the meter {@code plinth.jobs.queued.oldest}. In a
 * registry of Prometheus it has the name of the figure again. A histogram is a timer with count and sum. Besides, {@code
 * plinth.healthy} is 1 while the engine is healthy, else 0.
 *
 * <p>The figures are read when a meter is read, at most once a second. A series that is new then, such as a further type
 * of jobs, is registered and shows from the next reading on. Once the engine is closed, counters and timers keep their
 * last value, and gauges are {@code NaN}, except {@code plinth.healthy} with 0. While a node of a
 * shared log does not lead, so do the figures that it does not show. Counters go on in its next reign. Two engines in one registry need tags that differ. Thread-safe.
 */
public final class EngineMeters implements MeterBinder, AutoCloseable {
    private final Engine engine;
    private final Tags tags;
    private final boolean buckets;
    private final List<BoundFigures> bound = new CopyOnWriteArrayList<>();

    /** Makes a binder of an engine without further tags. */
    public EngineMeters(Engine engine) {
        this(engine, Tags.empty());
    }

    /**
     * Makes a binder of an engine.
     *
     * @param tags tags of each meter
     */
    public EngineMeters(Engine engine, Iterable<Tag> tags) {
        this(engine, Tags.of(tags), false);
    }

    private EngineMeters(Engine engine, Tags tags, boolean buckets) {
        this.engine = Objects.requireNonNull(engine, "engine must not be null.");
        this.tags = tags;
        this.buckets = buckets;
    }

    /**
     * Returns a binder that also shows the buckets of histograms, with a gauge for each. Its name is that of the timer and
     * {@code .histogram}. The tag {@code le} has the upper bound in seconds. These are many meters.
     */
    public EngineMeters withBuckets() {
        return new EngineMeters(engine, tags, true);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        BoundFigures figures = new BoundFigures(registry, tags, buckets);
        bound.add(figures);
        figures.bind(engine);
    }

    /** Removes the meters from all registries, so that another engine may have their names. */
    @Override
    public void close() {
        bound.forEach(BoundFigures::remove);
        bound.clear();
    }
}
