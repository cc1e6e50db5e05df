package dev.plinth.engine.internal.timer;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long work that failed unexpectedly is left alone, in real time: a second, and twice as long whenever it fails again soon, up to ten minutes.
 * Immutable.
 *
 * @param millis how long it lasts
 * @param endNanos when it ends, by {@link System#nanoTime}
 */
public record Backoff(long millis, long endNanos) {
    private static final long FIRST_MILLIS = TimeUnit.SECONDS.toMillis(1);
    private static final long MILLIS_MAX = TimeUnit.MINUTES.toMillis(10);

    /** The rest that begins now, after the one before; null if there was none. */
    public static Backoff after(@Nullable Backoff last) {
        long millis = last == null || last.isForgotten() ? FIRST_MILLIS : Math.min(2 * last.millis, MILLIS_MAX);
        return new Backoff(millis, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Returns true once it is over. */
    public boolean isOver() {
        return System.nanoTime() - endNanos >= 0;
    }

    /** Returns true once it has been over for as long as it lasted: then a failure is not a further one. */
    boolean isForgotten() {
        return System.nanoTime() - endNanos >= TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
