package dev.plinth.engine.http.program;

import dev.plinth.engine.http.log.JsonLine;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Writes the sentences of the program, plain or as JSON objects, each on a line. Thread-safe. */
final class ProgramOutput {
    private static final String NAME = "plinth";
    private static final String PREFIX = NAME + ": ";

    private final PrintStream out;
    private final PrintStream err;
    private volatile boolean isJson;

    ProgramOutput(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Writes JSON from now on. */
    void toJson() {
        isJson = true;
    }

    boolean isJson() {
        return isJson;
    }

    /** Returns standard output. */
    OutputStream standardOutput() {
        return out;
    }

    /** Writes what happened to standard output. */
    void tell(String sentence) {
        line(isJson ? json("INFO", sentence) : PREFIX + sentence + System.lineSeparator());
    }

    /** Writes what went wrong to standard error. */
    void say(String sentence) {
        say("ERROR", sentence);
    }

    /** Writes what an operator should change, although the program goes on, to standard error. */
    void warn(String sentence) {
        say("WARNING", sentence);
    }

    private void say(String level, String sentence) {
        err.print(isJson ? json(level, sentence) : PREFIX + sentence + System.lineSeparator());
        err.flush();
    }

    /** Writes a line for a person at a terminal to standard error. */
    void hint(String sentence) {
        if (!isJson) {
            err.println(sentence);
        }
    }

    /** Writes a line to standard output as it is. Its end is included. */
    void line(String line) {
        out.print(line);
        out.flush();
    }

    /** Begins an object that tells what happened. */
    static JsonLine event(String sentence) {
        return line("INFO", sentence);
    }

    /** Returns the bytes of a line that {@link #say} would write. */
    byte[] said(String sentence) {
        String line = isJson ? json("ERROR", sentence) : PREFIX + sentence + System.lineSeparator();
        return line.getBytes(StandardCharsets.UTF_8);
    }

    private static String json(String level, String sentence) {
        return line(level, sentence).end();
    }

    private static JsonLine line(String level, String sentence) {
        return new JsonLine(Instant.now())
                .put("level", level)
                .put("logger", NAME)
                .put("message", sentence);
    }
}
