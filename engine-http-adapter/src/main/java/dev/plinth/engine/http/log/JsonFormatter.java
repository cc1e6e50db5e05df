package dev.plinth.engine.http.log;

import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** Writes each entry of {@code java.util.logging} as one JSON object a line. Thread-safe. */
public final class JsonFormatter extends Formatter {
    @Override
    public String format(LogRecord entry) {
        JsonLine line = new JsonLine(entry.getInstant())
                .put("level", levelName(entry.getLevel()))
                .put("logger", String.valueOf(entry.getLoggerName()))
                .put("thread", Thread.currentThread().getName())
                .put("message", formatMessage(entry));
        ThreadTrace.present().ifPresent(trace -> line.put("traceId", trace.traceId()));
        if (entry.getThrown() != null) {
            line.put("error", entry.getThrown());
        }
        return line.end();
    }

    /** Returns the name that {@link System.Logger} has for a level. */
    public static String levelName(Level level) {
        return level.equals(Level.SEVERE) ? "ERROR" : level.getName();
    }
}
