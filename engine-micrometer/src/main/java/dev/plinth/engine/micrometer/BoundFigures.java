package dev.plinth.engine.micrometer;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Figure;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;

/**
 * The figures of an engine in one registry. It does not hold the engine: each meter holds that weakly and hands it in.
 * Thread-safe.
 */
final class BoundFigures {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String BUCKETS = ".histogram";

    private final MeterRegistry registry;
    private final Tags tags;
    private final boolean buckets;
    private final Set<Series> known = ConcurrentHashMap.newKeySet();
    private final Set<Meter> meters = ConcurrentHashMap.newKeySet();
    /** True while a thread reads. Others go on with the last reading, so that none waits and none registers twice. */
    private final AtomicBoolean reading = new AtomicBoolean();

    /** The newest value of each counter and timer. They keep it while a node of a shared log does not lead. */
    private final Map<Series, Figure.Sample> totals = new ConcurrentHashMap<>();

    private volatile Reading last = new Reading(Map.of(), false, 0);
    private volatile boolean removed;

    BoundFigures(MeterRegistry registry, Tags tags, boolean buckets) {
        this.registry = registry;
        this.tags = tags;
        this.buckets = buckets;
    }

    /** A series of a figure: its name and labels. */
    private record Series(String name, Map<String, String> labels) {}

    /**
     * The samples at one time.
     *
     * @param closed true once the engine is closed; the samples are then the last ones
     */
    private record Reading(Map<Series, Figure.Sample> samples, boolean closed, long atNanos) {}

    void bind(Engine engine) {
        meters.add(Gauge.builder("plinth.healthy", engine, it -> !fresh(it).closed && it.isHealthy() ? 1 : 0)
                .description("1 while the engine is healthy, else 0.")
                .tags(tags)
                .register(registry));
        read(engine);
    }

    void remove() {
        removed = true;
        removeAll();
    }

    private void removeAll() {
        for (Meter meter : meters) {
            registry.remove(meter);
            meters.remove(meter);
        }
    }

    private Reading fresh(Engine engine) {
        boolean isFresh = registry.config().clock().monotonicTime() - last.atNanos < FRESH_NANOS;
        if (!isFresh && !removed && reading.compareAndSet(false, true)) {
            try {
                read(engine);
            } finally {
                reading.set(false);
            }
        }
        return last;
    }

    private void read(Engine engine) {
        long now = registry.config().clock().monotonicTime();
        List<Figure> figures;
        try {
            figures = engine.figures();
        } catch (IllegalStateException closed) {
            last = new Reading(last.samples, true, now);
            return;
        }
        Map<Series, Figure.Sample> samples = new HashMap<>();
        for (Figure figure : figures) {
            for (Figure.Sample sample : figure.samples()) {
                Series series = new Series(figure.name(), sample.labels());
                samples.put(series, sample);
                if (figure.kind() != Figure.Kind.GAUGE) {
                    totals.put(series, sample);
                }
            }
        }
        last = new Reading(samples, false, now);
        figures.forEach(figure -> register(engine, figure));
        if (removed) {
            // Meters that were registered during the removal.
            removeAll();
        }
    }

    private void register(Engine engine, Figure figure) {
        for (Figure.Sample sample : figure.samples()) {
            Series series = new Series(figure.name(), sample.labels());
            if (known.add(series)) {
                if (sample instanceof Figure.Distribution distribution) {
                    register(engine, figure, series, distribution);
                } else {
                    register(engine, figure, series);
                }
            }
        }
    }

    private void register(Engine engine, Figure figure, Series series) {
        MeterName name = MeterName.of(figure);
        Tags all = tags(series);
        ToDoubleFunction<Engine> gauge = it -> gauge(it, series);
        if (figure.kind() == Figure.Kind.COUNTER) {
            meters.add(FunctionCounter.builder(name.name(), engine, it -> total(it, series))
                    .tags(all)
                    .baseUnit(name.unit())
                    .description(figure.help())
                    .register(registry));
        } else if (name.isTime()) {
            meters.add(TimeGauge.builder(name.name(), engine, TimeUnit.SECONDS, gauge)
                    .tags(all)
                    .description(figure.help())
                    .register(registry));
        } else {
            meters.add(Gauge.builder(name.name(), engine, gauge)
                    .tags(all)
                    .baseUnit(name.unit())
                    .description(figure.help())
                    .register(registry));
        }
    }

    private void register(Engine engine, Figure figure, Series series, Figure.Distribution now) {
        MeterName name = MeterName.of(figure);
        Tags all = tags(series);
        meters.add(FunctionTimer.builder(
                        name.name(),
                        engine,
                        it -> distribution(it, series).count(),
                        it -> distribution(it, series).sum(),
                        TimeUnit.SECONDS)
                .tags(all)
                .description(figure.help())
                .register(registry));
        for (int i = 0; buckets && i < now.buckets().size(); i++) {
            int index = i;
            double most = now.buckets().get(i).most();
            meters.add(Gauge.builder(name.name() + BUCKETS, engine, it -> bucket(it, series, index))
                    .tags(all.and("le", Double.isInfinite(most) ? "+Inf" : Double.toString(most)))
                    .description(figure.help())
                    .register(registry));
        }
    }

    private Tags tags(Series series) {
        Tags all = tags;
        for (Map.Entry<String, String> label : series.labels.entrySet()) {
            all = all.and(label.getKey(), label.getValue());
        }
        return all;
    }

    private double gauge(Engine engine, Series series) {
        Reading now = fresh(engine);
        return now.closed ? Double.NaN : value(now, series);
    }

    private double bucket(Engine engine, Series series, int index) {
        return distribution(engine, series).buckets().get(index).count();
    }

    /** Returns a value; NaN for a series that has ended, such as the third largest workspace of a table. */
    private static double value(Reading reading, Series series) {
        return reading.samples.get(series) instanceof Figure.Value sample ? sample.value() : Double.NaN;
    }

    private double total(Engine engine, Series series) {
        Reading unused = fresh(engine);
        return totals.get(series) instanceof Figure.Value sample ? sample.value() : Double.NaN;
    }

    /** Returns a distribution: the last one if its series has ended. */
    private Figure.Distribution distribution(Engine engine, Series series) {
        Reading unused = fresh(engine);
        if (totals.get(series) instanceof Figure.Distribution sample) {
            return sample;
        }
        throw new IllegalStateException("Expected a distribution of " + series + ", but there is none");
    }
}
