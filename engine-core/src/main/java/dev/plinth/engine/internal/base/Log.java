package dev.plinth.engine.internal.base;

import java.util.ResourceBundle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A logger that never throws. A failing log handler of the host must not end a thread of the engine or leave a caller
 * without an answer. Thread-safe.
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

    /** Returns the logger with the name of a class. */
    public static System.Logger of(Class<?> type) {
        return new Log(type, ALWAYS);
    }

    /**
     * Returns the logger with the name of a class, for failures that may come many times a second. It logs one line a
     * minute for consecutive exceptions of one kind, with the number of lines that it left out.
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
    @SuppressWarnings("NullAway") // the platform's interface passes null for a message without parameters
    public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object... params) {
        if (nanosPerLine == ALWAYS) {
            quietly(() -> logger.log(level, bundle, format, params));
        } else {
            log(level, bundle, format, (Throwable) null);
        }
    }

    /** Returns how many lines were left out before this one, or {@link #LEFT_OUT}. */
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

    /** Ignores a failure, because there is no other place to report a log that fails. */
    private static void quietly(Runnable log) {
        try {
            log.run();
        } catch (RuntimeException | Error unheard) {
            return;
        }
    }
}
