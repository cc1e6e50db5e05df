package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** The lines of the standalone program begin as {@code docs/operations.md} says. */
class ConsoleLoggingTest {
    private static String line(Level level) {
        LogRecord entry = new LogRecord(level, "the disk\nfailed");
        entry.setLoggerName("journal");
        return new ConsoleLogging.OneLine().format(entry);
    }

    @Test
    void line_ofEachLevel_beginsWithItsName() {
        assertThat(line(Level.SEVERE)).isEqualToIgnoringNewLines("ERROR journal: the disk failed");
        assertThat(line(Level.WARNING)).startsWith("WARNING journal: ");
        assertThat(line(Level.INFO)).startsWith("INFO journal: ");
    }
}
