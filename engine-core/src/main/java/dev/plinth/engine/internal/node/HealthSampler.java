package dev.plinth.engine.internal.node;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.metrics.HealthFigure;
import dev.plinth.engine.internal.metrics.HealthHistory;
import dev.plinth.engine.internal.metrics.RequestMetrics;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.Deliveries;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;

/**
 * Adds a point to the health history every ten real seconds, and the first two after a second each. It needs no thread
 * of its own: the store's timer wakes it. Thread-safe.
 */
final class HealthSampler implements AutoCloseable {
    private static final int EARLY_SECONDS = 1;
    private static final int EARLY_POINTS = 2;
    private static final Map<String, HealthFigure> JOBS = Map.of(
            "queued", HealthFigure.JOBS_QUEUED,
            "running", HealthFigure.JOBS_RUNNING,
            "failed", HealthFigure.JOBS_FAILED);
    private static final Map<String, HealthFigure> DELIVERIES = Map.of(
            "pending", HealthFigure.DELIVERIES_PENDING,
            "retrying", HealthFigure.DELIVERIES_RETRYING,
            "exhausted", HealthFigure.DELIVERIES_EXHAUSTED,
            "held", HealthFigure.DELIVERIES_HELD);

    private final System.Logger log = Log.sparing(HealthSampler.class);
    private final Store store;
    private final HealthHistory history;
    private final Executor executor;
    private final AtomicBoolean started = new AtomicBoolean();
    private int earlyPoints = EARLY_POINTS;
    private boolean closed;

    /**
     * Makes a sampler that has not begun.
     *
     * @param executor takes the points
     */
    HealthSampler(Store store, RequestMetrics requests, Executor executor) {
        this.store = store;
        this.executor = executor;
        this.history = new HealthHistory(requests, store.nowMillis());
    }

    /** Begins to take points. Does nothing if it has begun. */
    void start() {
        if (!started.get() && started.compareAndSet(false, true)) {
            wait(EARLY_SECONDS);
        }
    }

    HealthHistory history() {
        return history;
    }

    private synchronized void wait(int seconds) {
        if (!closed) {
            store.timer().run(TimeUnit.SECONDS.toMillis(seconds), this::take);
        }
    }

    private void take() {
        try {
            executor.execute(() -> {
                try {
                    sample();
                } finally {
                    goOn();
                }
            });
        } catch (RejectedExecutionException closing) {
            return;
        } catch (OutOfMemoryError noThread) {
            store.fatalErrors().saw(noThread);
            goOn();
        }
    }

    private synchronized void goOn() {
        earlyPoints--;
        wait(earlyPoints > 0 ? EARLY_SECONDS : HealthHistory.INTERVAL_SECONDS);
    }

    /** Adds a point. Leaves it out if the engine is closed meanwhile, or the host's clock or the disk fails. */
    private void sample() {
        try {
            Map<HealthFigure, Long> states = new EnumMap<>(HealthFigure.class);
            count(states, JOBS, Jobs.countsByStatus());
            count(states, DELIVERIES, Deliveries.countsByStatus());
            StoreFigures.JournalFigures journal = store.journalFigures();
            states.put(HealthFigure.JOURNAL_LAG, Math.max(0, journal.appended() - journal.durable()));
            states.put(HealthFigure.SNAPSHOT_LAG, Math.max(0, journal.durable() - journal.snapshotSequence()));
            history.add(store.nowMillis(), states);
        } catch (RefusedException busyOrClosed) {
            return;
        } catch (RuntimeException failure) {
            log.log(
                    System.Logger.Level.WARNING,
                    "A point of the health history is left out, and the next one is tried",
                    failure);
        }
    }

    private void count(
            Map<HealthFigure, Long> states,
            Map<String, HealthFigure> figures,
            Map<String, ToLongFunction<Rows>> counts) {
        counts.forEach((status, count) -> {
            HealthFigure figure = figures.get(status);
            if (figure != null) {
                states.put(figure, store.look(count));
            }
        });
    }

    /** Takes no further points. */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
