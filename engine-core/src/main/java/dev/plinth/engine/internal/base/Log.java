package dev.plinth.engine.internal.base;

import java.util.ResourceBundle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A logger that never throws. A handler of the host's that fails must not end a thread of the engine, nor leave a caller without its answer.
 * Thread-safe.
 *
 * <p>It is a {@link System.Logger} so that logging libraries skip it when they look for the class that logs.
 */
public final class Log implements System.Logger {
    private static final long ALWAYS = 0;
    private static final long LEFT_OUT = -1;

    private final System.Logger logger;
    private final long nanosPerLine;
    private @Nullable Class<?> kind;
    private long loggedNanos;
    private long leftOut;

    private Log(Class<?> type, long nanosPerLine) {
        this.logger = System.getLogger(type.getName());
        this.nanosPerLine = nanosPerLine;
    }

    /** Returns the logger that is named after a class. */
    public static System.Logger of(Class<?> type) {
        return new Log(type, ALWAYS);
    }

    /**
     * Returns a logger that is named after a class, for failures that may come many times a second. Of those of one kind of exception in a row it logs
     * one a minute, and tells how many it has left out.
     */
    public static System.Logger sparing(Class<?> type) {
        return new Log(type, TimeUnit.SECONDS.toNanos(Limits.LOG_LINE_SECONDS));
    }

    @Override
    public String getName() {
        return logger.getName();
    }

    @Override
    public boolean isLoggable(Level level) {
        return logger.isLoggable(level);
    }

    @Override
    public void log(
            Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
        long before = before(thrown == null ? Log.class : thrown.getClass());
        if (before != LEFT_OUT) {
            String more = before == 0 ? "" : " (" + before + " more since the last line)";
            quietly(() -> logger.log(level, bundle, message + more, thrown));
        }
    }

    @Override
    @SuppressWarnings("NullAway") // the platform's interface hands null on for a message without parameters
    public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object... params) {
        if (nanosPerLine == ALWAYS) {
            quietly(() -> logger.log(level, bundle, format, params));
        } else {
            log(level, bundle, format, (Throwable) null);
        }
    }

    /** Returns how many were left out before this line, or {@link #LEFT_OUT}. */
    private long before(Class<?> nowKind) {
        return nanosPerLine == ALWAYS ? 0 : sparingly(nowKind);
    }

    private synchronized long sparingly(Class<?> nowKind) {
        long now = System.nanoTime();
        if (nowKind.equals(kind) && now - loggedNanos < nanosPerLine) {
            leftOut++;
            return LEFT_OUT;
        }
        long before = leftOut;
        kind = nowKind;
        loggedNanos = now;
        leftOut = 0;
        return before;
    }

    /** There is nowhere left to tell of a log that fails. */
    private static void quietly(Runnable log) {
        try {
            log.run();
        } catch (RuntimeException | Error unheard) {
            return;
        }
    }
}
