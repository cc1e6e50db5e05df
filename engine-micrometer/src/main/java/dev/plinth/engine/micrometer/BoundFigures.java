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
import java.util.Objects;
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

    /** Each counter and timer. They keep their value while a node of a shared log does not lead, and go on from there. */
    private final Map<Series, Total> totals = new ConcurrentHashMap<>();

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
     * A counter or timer over all reigns, each of which counts from zero. It never falls, because a registry that sends
     * differences would send a negative one.
     *
     * @param now the newest sample
     * @param counted the count of earlier reigns
     * @param summed the sum of a timer in earlier reigns
     */
    private record Total(Figure.Sample now, double counted, double summed) {
        Total next(Figure.Sample sample) {
            boolean isOther = count(sample) < count(now) || sum(sample) < sum(now);
            return isOther ? new Total(sample, count(), sum()) : new Total(sample, counted, summed);
        }

        double count() {
            return counted + count(now);
        }

        double sum() {
            return summed + sum(now);
        }

        private static double count(Figure.Sample sample) {
            return sample instanceof Figure.Distribution times ? times.count() : ((Figure.Value) sample).value();
        }

        private static double sum(Figure.Sample sample) {
            return sample instanceof Figure.Distribution times ? times.sum() : 0;
        }
    }

    /**
     * The samples at one time.
     *
     * @param closed true once the engine is closed; the samples are then the last ones
     */
    private record Reading(Map<Series, Figure.Sample> samples, boolean closed, long atNanos) {}

    void bind(Engine engine) {
        reading.set(true); // or a thread that reads the first meter would read the engine beside this one
        try {
            meters.add(Gauge.builder("plinth.healthy", engine, it -> !fresh(it).closed && it.isHealthy() ? 1 : 0)
                    .description("1 while the engine is healthy, else 0.")
                    .tags(tags)
                    .register(registry));
            read(engine);
        } finally {
            reading.set(false);
        }
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
                    totals.compute(
                            series, (it, before) -> before == null ? new Total(sample, 0, 0) : before.next(sample));
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
            meters.add(FunctionCounter.builder(
                            name.name(), engine, it -> total(it, series).count())
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
                        it -> (long) total(it, series).count(),
                        it -> total(it, series).sum(),
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

    /** Returns the count of a bucket. That is a gauge, so it tells of the present reign. */
    private double bucket(Engine engine, Series series, int index) {
        return total(engine, series).now() instanceof Figure.Distribution times
                ? times.buckets().get(index).count()
                : Double.NaN;
    }

    /** Returns a value; NaN for a series that has ended, such as the third largest workspace of a table. */
    private static double value(Reading reading, Series series) {
        return reading.samples.get(series) instanceof Figure.Value sample ? sample.value() : Double.NaN;
    }

    /** Returns a counter or timer, which is registered only once it has a sample. */
    private Total total(Engine engine, Series series) {
        Reading unused = fresh(engine);
        return Objects.requireNonNull(totals.get(series), "Expected a total of a registered series, but got none");
    }
}
