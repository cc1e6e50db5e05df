package dev.plinth.engine.http.program;

import dev.plinth.engine.http.log.JsonFormatter;
import java.util.List;
import java.util.function.Predicate;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the console of the standalone program readable: warnings, errors and the progress of a long start, one line
 * each, on standard error.
 *
 * <p>Only {@link Main} calls it; a host configures its own logging. A configuration file of {@code java.util.logging}
 * replaces all of this.
 */
final class ConsoleLogging {
    /**
     * Loggers that warn of every bad request, with words that the client chose. Kept here, because loggers are held
     * weakly.
     */
    private static final List<Logger> TALKATIVE = List.of(
            Logger.getLogger("org.eclipse.jetty.http.HttpParser"), Logger.getLogger("org.eclipse.jetty.util.HostPort"));

    /** Logs the progress of a recovery every few seconds. */
    private static final Logger PROGRESS = Logger.getLogger("dev.plinth.engine.internal.store.RecoveryProgress");

    /** Guarded by the class; null if a configuration file decides what is shown. */
    private static @Nullable ConsoleHandler console;

    private ConsoleLogging() {}

    /** Asks a test from now on, for each line with an error, whether to show it. */
    static synchronized void showWhile(Predicate<Throwable> well) {
        if (console != null) {
            console.setFilter(entry -> entry.getThrown() == null || well.test(entry.getThrown()));
        }
    }

    /** Writes a JSON object a line from now on, with the stack traces of exceptions. */
    static synchronized void toJson() {
        if (console != null) {
            console.setFormatter(new JsonFormatter());
        }
    }

    static synchronized void quiet() {
        if (System.getProperty("java.util.logging.config.file") != null
                || System.getProperty("java.util.logging.config.class") != null) {
            return;
        }
        LogManager.getLogManager().reset();
        ConsoleHandler handler = new ConsoleHandler();
        handler.setLevel(Level.INFO);
        handler.setFormatter(new OneLine());
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        root.addHandler(handler);
        console = handler;
        PROGRESS.setLevel(Level.INFO);
        TALKATIVE.forEach(logger -> logger.setLevel(Level.SEVERE));
    }

    /** Writes the level of {@link System.Logger}, logger, message, and the kind and origin of an exception. */
    static final class OneLine extends Formatter {
        @Override
        public String format(LogRecord entry) {
            String text = JsonFormatter.levelName(entry.getLevel()) + " " + entry.getLoggerName() + ": "
                    + formatMessage(entry) + thrown(entry.getThrown());
            return text.replaceAll("\\p{Cntrl}", " ") + System.lineSeparator();
        }

        private static String thrown(@Nullable Throwable thrown) {
            if (thrown == null) {
                return "";
            }
            StackTraceElement[] frames = thrown.getStackTrace();
            return " (" + thrown + (frames.length == 0 ? "" : " at " + frames[0]) + ")";
        }
    }
}
