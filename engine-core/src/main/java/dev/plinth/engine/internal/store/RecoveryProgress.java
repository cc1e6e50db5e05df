package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Log;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Logs the progress of a recovery: a line every five seconds, and one at its end. It goes by real time, because a
 * person waits.
 */
final class RecoveryProgress {
    private static final System.Logger LOG = Log.of(RecoveryProgress.class);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int STEPS_PER_LOOK = 1024;

    private final LongSupplier clock;
    private final long began;
    private long lineAt;
    private long phaseBegan;
    private String phase = "";
    private int segments;
    private int segment;
    private long rows;
    private long records;

    /** Begins now, in real time. */
    RecoveryProgress() {
        this(System::nanoTime);
    }

    /**
     * Begins now.
     *
     * @param clock nanoseconds that never go back
     */
    RecoveryProgress(LongSupplier clock) {
        this.clock = clock;
        this.began = clock.getAsLong();
        this.lineAt = began;
        this.phaseBegan = began;
    }

    void snapshot(String name) {
        phase = name;
        phaseBegan = clock.getAsLong();
        rows = 0;
    }

    void journal(int count) {
        phase = "journal";
        phaseBegan = clock.getAsLong();
        segments = count;
    }

    void segment() {
        segment++;
        look();
    }

    void row() {
        if (++rows % STEPS_PER_LOOK == 0) {
            look();
        }
    }

    void record() {
        if (++records % STEPS_PER_LOOK == 0) {
            look();
        }
    }

    /** Logs the result, at a higher level if it took long. An empty store has no result. */
    void end(long sequence) {
        if (sequence > 0) {
            LOG.log(
                    lineAt == began ? System.Logger.Level.DEBUG : System.Logger.Level.INFO,
                    String.format(
                            Locale.ROOT,
                            "Recovered up to record %d: %d rows of a snapshot and %d records of the journal in %.1f s",
                            sequence,
                            rows,
                            records,
                            seconds(clock.getAsLong() - began)));
        }
    }

    /** Returns the nanoseconds since it began. */
    long nanos() {
        return clock.getAsLong() - began;
    }

    private void look() {
        long now = clock.getAsLong();
        if (now - lineAt < LINE_NANOS) {
            return;
        }
        lineAt = now;
        boolean inJournal = segments > 0;
        long done = inJournal ? records : rows;
        LOG.log(
                System.Logger.Level.INFO,
                String.format(
                        Locale.ROOT,
                        "Recovering, %s: %d %s so far, %.0f a second",
                        inJournal ? "file " + segment + " of at most " + segments + " of the journal" : phase,
                        done,
                        inJournal ? "records" : "rows",
                        done / Math.max(0.001, seconds(now - phaseBegan))));
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
