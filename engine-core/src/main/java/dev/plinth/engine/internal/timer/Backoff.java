package dev.plinth.engine.internal.timer;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time before the next attempt after an unexpected failure, in real time. It is a second, and twice as long after
 * each further failure, up to ten minutes. Immutable.
 *
 * @param millis how long it lasts
 * @param endNanos when it ends, by {@link System#nanoTime}
 */
public record Backoff(long millis, long endNanos) {
    private static final long FIRST_MILLIS = TimeUnit.SECONDS.toMillis(1);
    private static final long MILLIS_MAX = TimeUnit.MINUTES.toMillis(10);

    /** Returns the backoff that begins now, after the one before or null. */
    public static Backoff after(@Nullable Backoff last) {
        long millis = last == null || last.isForgotten() ? FIRST_MILLIS : Math.min(2 * last.millis, MILLIS_MAX);
        return new Backoff(millis, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Returns true once it is over. */
    public boolean isOver() {
        return System.nanoTime() - endNanos >= 0;
    }

    /** Returns true once it has been over for as long as it lasted. A failure after that is not a further one. */
    boolean isForgotten() {
        return System.nanoTime() - endNanos >= TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
