package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Deletes expired rows, and goes on with work that decisions have begun, in small records of its own. So a store under
 * steady load keeps its size, and no decision holds the writer lock for longer than one step.
 *
 * <p>A run goes by the time at which it began. Series of work take turns in it, a step each. Within a series, a kind of
 * work comes after those on which it relies. A series whose step was refused backs off, and the others go on.
 * In a backlog, only the piece of work without room backs off. Each step is a record of about
 * {@link Limits#SWEEP_ROWS_MAX} rows, and between two steps the writer lock is free. The remaining work is in the
 * tables, so nothing is lost when a run ends anywhere.
 *
 * <p>With a real clock a run may come a second late, so that under load a step finds many rows and not one. Readers go
 * by the clock. Work that a decision has begun is due at once. A jump of the clock may be a mistake, so the sweep
 * follows it only three hours later ({@link Store#time}).
 *
 * <p>Waiting writers go first after each turn, which is one step as long as the sweep is fast enough. While it deletes
 * less than twice as many rows as arrive, its turns get longer. A caller that is late by some milliseconds is better
 * than a store that fills up. A step that makes events ends its turn, and its events and their deliveries do not count
 * as arriving rows.
 */
public final class Sweep implements ReadySource {
    private static final long LATE_MILLIS = TimeUnit.SECONDS.toMillis(1);
    private static final long PAUSE_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static final long RUN = 0;

    /** A sweep that is not so many times as fast as rows arrive makes its turns longer. */
    private static final int FASTER_THAN_WHAT_COMES = 2;

    private final Store store;
    private final Committer committer;
    private final EngineClock clock;
    private final List<Series> series = new ArrayList<>();
    private final AttemptRunner attempts;
    private final Map<String, LongAdder> collected = new LinkedHashMap<>();
    private volatile int stepsPerTurn = 1;

    /** Makes a sweep of these series of work, each in its order. */
    public Sweep(Store store, Committer committer, EngineClock clock, Executor executor, List<List<SweepWork>> works) {
        this.store = store;
        this.committer = committer;
        this.clock = clock;
        this.attempts = new AttemptRunner(executor, 1, store.fatalErrors(), store.timer());
        for (List<SweepWork> each : works) {
            series.add(new Series(List.copyOf(each)));
            each.forEach(work -> collected.put(work.name(), new LongAdder()));
        }
    }

    /** Sets the listener that learns that a run has ended. */
    public void onSettled(Runnable listener) {
        attempts.onSettled(listener);
    }

    /** Returns the rows deleted, ended or released since the engine was opened, by the name of their kind. */
    public Map<String, Long> collected() {
        Map<String, Long> figures = new LinkedHashMap<>();
        collected.forEach((name, rows) -> figures.put(name, rows.sum()));
        return figures;
    }

    /** Returns the unfinished pieces of work that decisions have begun, by the name of their kind. */
    public Map<String, Long> unfinished() {
        Map<String, Long> figures = new LinkedHashMap<>();
        for (Series each : series) {
            for (SweepWork work : each.works) {
                if (work instanceof BacklogRunner backlog) {
                    figures.put(work.name(), store.look(backlog::unfinished));
                }
            }
        }
        return figures;
    }

    /** Returns when the first work is due, because due work follows from the rows. */
    @Override
    public long nextReadyMillis() {
        if (attempts.isFull()) {
            return SweepWork.NEVER;
        }
        long next = SweepWork.NEVER;
        for (Series each : series) {
            next = Math.min(next, each.nextReadyMillis());
        }
        return next;
    }

    @Override
    public boolean startReady(long nowMillis) {
        long believed = nowMillis - store.time().sweepLagMillis();
        return nextReadyMillis() > nowMillis || attempts.tryStart(RUN, () -> sweep(believed));
    }

    @Override
    public boolean awaitIdle(long timeoutMillis) {
        return attempts.awaitIdle(timeoutMillis);
    }

    /** Starts no more runs and waits for the present one. Returns false if it has not ended. */
    public boolean drain(long timeoutMillis) {
        attempts.stop();
        return attempts.awaitIdle(timeoutMillis);
    }

    private long lateMillis() {
        return clock instanceof ManualClock ? 0 : LATE_MILLIS;
    }

    private void sweep(long now) {
        int steps = 0;
        Turn turn = new Turn();
        boolean more = true;
        while (more) {
            more = false;
            for (Series each : series) {
                SweepWork due = each.due(now);
                if (due == null) {
                    continue;
                }
                if (!attempts.isOpen() || steps++ == Limits.SWEEP_STEPS_MAX) {
                    return;
                }
                SweepBatch batch = each.step(due, now);
                if (batch != null) {
                    turn.stepped(batch);
                    more = true;
                }
            }
        }
    }

    /** Kinds of work each of which relies on those before it. For one thread, except {@link #nextReadyMillis}. */
    private final class Series {
        private final List<SweepWork> works;
        private volatile long notBefore;

        Series(List<SweepWork> works) {
            this.works = works;
        }

        long nextReadyMillis() {
            long next = store.look(this::nextDueMillis);
            return next == SweepWork.NEVER
                    ? next
                    : Math.max(next + lateMillis(), notBefore) + store.time().sweepLagMillis();
        }

        private long nextDueMillis(Rows rows) {
            long next = SweepWork.NEVER;
            for (SweepWork work : works) {
                next = Math.min(next, work.nextDueMillis(rows));
            }
            return next;
        }

        /** Returns the first kind of work that is due, or null if there is none or the series backs off. */
        @Nullable
        SweepWork due(long now) {
            for (SweepWork work : notBefore > now ? List.<SweepWork>of() : works) {
                if (store.look(work::nextDueMillis) <= now) {
                    return work;
                }
            }
            return null;
        }

        /** Runs one step. If it does not end well, the series backs off, whatever the reason was. */
        @Nullable
        SweepBatch step(SweepWork work, long now) {
            notBefore = now + PAUSE_MILLIS;
            SweepBatch batch = Sweep.this.step(work, now);
            notBefore = batch == null ? notBefore : 0;
            return batch;
        }
    }

    /** Steps without other writers in between. For one thread. */
    private final class Turn {
        private long rowsBefore = rowsOfAll();
        private long removed;
        private long collected;
        private long caused;
        private int steps;

        void stepped(SweepBatch batch) {
            removed += batch.removed();
            collected += batch.collected();
            caused += batch.caused();
            if (++steps < stepsPerTurn && batch.caused() == 0) {
                return;
            }
            store.letWritersIn();
            long rowsAfter = rowsOfAll();
            long came = rowsAfter - rowsBefore + removed - caused;
            stepsPerTurn = came * FASTER_THAN_WHAT_COMES > collected
                    ? Math.min(stepsPerTurn * 2, Limits.SWEEP_STEPS_MAX)
                    : Math.max(stepsPerTurn / 2, 1);
            rowsBefore = rowsAfter;
            removed = 0;
            collected = 0;
            caused = 0;
            steps = 0;
        }
    }

    private long rowsOfAll() {
        long rows = 0;
        for (StoreFigures.TableFigures table : store.figures()) {
            rows += table.rows();
        }
        return rows;
    }

    /** Returns the steps that it makes before it lets others write first. */
    int stepsPerTurn() {
        return stepsPerTurn;
    }

    /**
     * Commits one record. Returns the batch of the record, an empty one if other rows are to be tried, or null if the
     * series has to back off.
     */
    private @Nullable SweepBatch step(SweepWork work, long now) {
        SweepBatch batch = new SweepBatch();
        Outcome outcome = committer.commit(Caller.OPERATOR, context -> {
            work.collect(context, now, batch);
            batch.noteCollected();
            return Decision.of(batch.changes(), Outcome.Done.ok(new byte[0]));
        });
        if (!(outcome instanceof Outcome.Done)) {
            return work.refused(now + PAUSE_MILLIS) ? new SweepBatch() : null;
        }
        if (batch.isEmpty()) {
            return null;
        }
        work.done();
        LongAdder rows = collected.get(work.name());
        if (rows != null) {
            rows.add(batch.collected());
        }
        return batch;
    }
}
