package dev.plinth.engine.internal.timer;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Committer;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.store.Store;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Takes out what has expired, in small records of their own, so that a store under steady load stays as large as it is.
 *
 * <p>A run goes through the retentions in their order, all by the time at which it began: what one retention relies on another
 * to have ended stands behind it. Each step is a record of at most {@link Limits#SWEEP_ROWS_MAX} rows, and between two steps the
 * writer lock is free. What is left stands in the tables, so nothing is lost when a run ends anywhere. A real clock lets it come
 * a second late, so that under load a step finds many rows and not one; nobody sees that, because readers go by the clock. A
 * jump of the clock may be a mistake, so the sweep goes by it only an hour later ({@link Store#sweepLagMillis}).
 *
 * <p>Who waits to write goes first after each turn, which is one step as long as the sweep is fast enough. While rows come faster than it
 * takes twice as many out, its turns get longer: a caller that is late by some milliseconds is better than a store that fills up.
 */
public final class Sweep implements Lane {
    private static final long LATE_MILLIS = TimeUnit.SECONDS.toMillis(1);
    private static final long REST_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static final long RUN = 0;

    /** A sweep that is not so many times as fast as rows come makes its turns longer. */
    private static final int FASTER_THAN_WHAT_COMES = 2;

    private final Store store;
    private final Committer committer;
    private final EngineClock clock;
    private final List<Retention> retentions;
    private final Attempts attempts;
    private final Map<String, LongAdder> collected = new LinkedHashMap<>();
    private volatile long notBefore;
    private volatile int stepsPerTurn = 1;

    /** A sweep of these kinds of rows, in this order. */
    public Sweep(Store store, Committer committer, EngineClock clock, Executor executor, List<Retention> retentions) {
        this.store = store;
        this.committer = committer;
        this.clock = clock;
        this.retentions = List.copyOf(retentions);
        this.attempts = new Attempts(executor, 1);
        retentions.forEach(retention -> collected.put(retention.name(), new LongAdder()));
    }

    /** Whom to tell that a run has ended. */
    public void onSettled(Runnable listener) {
        attempts.onSettled(listener);
    }

    /** Rows taken out, or ended, since the engine was opened, by the name of their kind. */
    public Map<String, Long> collected() {
        Map<String, Long> figures = new LinkedHashMap<>();
        collected.forEach((name, rows) -> figures.put(name, rows.sum()));
        return figures;
    }

    @Override
    public int number() {
        return 0;
    }

    @Override
    public boolean start(long number) {
        throw new IllegalStateException("Expected nothing of the sweep in the due index, but there is " + number);
    }

    /** What is due follows from the rows, whose oldest the retentions find. */
    @Override
    public long nextReadyMillis() {
        if (attempts.isFull()) {
            return Retention.NEVER;
        }
        long next = store.read(this::nextExpiry);
        return next == Retention.NEVER ? next : Math.max(next + lateMillis(), notBefore) + store.sweepLagMillis();
    }

    @Override
    public boolean startReady(long nowMillis) {
        long believed = nowMillis - store.sweepLagMillis();
        return nextReadyMillis() > nowMillis || attempts.tryStart(RUN, () -> sweep(believed));
    }

    @Override
    public boolean isBusy(long number) {
        return attempts.isClaimed(RUN);
    }

    /** Always: nothing of the sweep is in the due index. */
    @Override
    public boolean isFull() {
        return true;
    }

    @Override
    public boolean awaitIdle(long timeoutMillis) {
        return attempts.awaitIdle(timeoutMillis);
    }

    /** Starts no more and waits for the run that is under way. */
    public void drain(long timeoutMillis) {
        attempts.stop();
        attempts.awaitIdle(timeoutMillis);
    }

    private long nextExpiry(Rows rows) {
        long next = Retention.NEVER;
        for (Retention retention : retentions) {
            next = Math.min(next, retention.nextExpiry(rows));
        }
        return next;
    }

    private long lateMillis() {
        return clock instanceof ManualClock ? 0 : LATE_MILLIS;
    }

    /** One run; after one that did not end well the sweep rests, whatever the reason was. */
    private void sweep(long now) {
        boolean well = false;
        try {
            well = run(now);
        } finally {
            notBefore = well ? 0 : now + REST_MILLIS;
        }
    }

    private boolean run(long now) {
        int steps = 0;
        Turn turn = new Turn();
        for (Retention retention : retentions) {
            while (attempts.isOpen() && store.read(retention::nextExpiry) <= now) {
                if (steps++ == Limits.SWEEP_STEPS_MAX) {
                    return true;
                }
                Portion portion = step(retention, now);
                if (portion == null) {
                    return false;
                }
                turn.stepped(portion);
            }
        }
        return true;
    }

    /** Steps between which nobody is let in. One thread. */
    private final class Turn {
        private long rowsBefore = rowsOfAll();
        private long removed;
        private long collected;
        private int steps;

        void stepped(Portion portion) {
            removed += portion.removed();
            collected += portion.collected();
            if (++steps < stepsPerTurn) {
                return;
            }
            store.letWritersIn();
            long rowsAfter = rowsOfAll();
            long came = rowsAfter - rowsBefore + removed;
            stepsPerTurn = came * FASTER_THAN_WHAT_COMES > collected
                    ? Math.min(stepsPerTurn * 2, Limits.SWEEP_STEPS_MAX)
                    : Math.max(stepsPerTurn / 2, 1);
            rowsBefore = rowsAfter;
            removed = 0;
            collected = 0;
            steps = 0;
        }
    }

    private long rowsOfAll() {
        long rows = 0;
        for (Store.TableFigures table : store.figures()) {
            rows += table.rows();
        }
        return rows;
    }

    /** Steps that it makes before it lets others write first. */
    int stepsPerTurn() {
        return stepsPerTurn;
    }

    /** One record; what was in it, or null if it was refused or there was nothing for it. */
    private @Nullable Portion step(Retention retention, long now) {
        Portion portion = new Portion();
        Outcome outcome = committer.commit(Caller.OPERATOR, context -> {
            retention.collect(context, now, portion);
            return Decision.of(portion.changes(), Outcome.Done.ok(new byte[0]));
        });
        if (!(outcome instanceof Outcome.Done) || portion.isEmpty()) {
            return null;
        }
        LongAdder rows = collected.get(retention.name());
        if (rows != null) {
            rows.add(portion.collected());
        }
        return portion;
    }
}
