package dev.plinth.engine.internal.store;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Tells on the log how far a recovery is: a line every five seconds, and one at its end. In real time, for a person waits. */
final class RecoveryProgress {
    private static final System.Logger LOG = System.getLogger(RecoveryProgress.class.getName());
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int STEPS_PER_LOOK = 1024;

    private final long began = System.nanoTime();
    private long lineAt = began;
    private long phaseBegan = began;
    private String phase = "";
    private int segments;
    private int segment;
    private long rows;
    private long records;

    void snapshot(String name) {
        phase = name;
        phaseBegan = System.nanoTime();
        rows = 0;
    }

    void journal(int count) {
        phase = "journal";
        phaseBegan = System.nanoTime();
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

    /** Says what came of it, loudly if it took long; a store that was empty has nothing to say. */
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
                            seconds(System.nanoTime() - began)));
        }
    }

    /** Real nanoseconds since it began. */
    long nanos() {
        return System.nanoTime() - began;
    }

    private void look() {
        long now = System.nanoTime();
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
