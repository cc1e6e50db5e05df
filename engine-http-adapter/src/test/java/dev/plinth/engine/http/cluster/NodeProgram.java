package dev.plinth.engine.http.cluster;

import dev.plinth.engine.http.program.FrequentSnapshotsProgram;
import dev.plinth.engine.http.program.WrongClockProgram;
import java.io.File;
import java.time.Duration;
import java.util.List;

/**
 * The program of a node: the jar as it is released, or its classes with a choice that only tests have.
 *
 * @param arguments of a JVM, which those of the program follow
 */
record NodeProgram(List<String> arguments) {
    private static final String JAR = System.getProperty("plinth.jar");

    /** Returns the jar as it is released. */
    static NodeProgram released() {
        return new NodeProgram(List.of("-jar", JAR));
    }

    /** Returns the program on a machine whose clock is ahead by this time. */
    static NodeProgram withClockError(Duration error) {
        return error.isZero() ? released() : of(WrongClockProgram.class, error.toString());
    }

    /** Returns the program that writes a snapshot after so many bytes of the log. */
    static NodeProgram withSnapshotEach(long bytes) {
        return of(FrequentSnapshotsProgram.class, Long.toString(bytes));
    }

    private static NodeProgram of(Class<?> main, String choice) {
        String tests = main.getProtectionDomain().getCodeSource().getLocation().getPath();
        return new NodeProgram(List.of("-cp", JAR + File.pathSeparator + tests, main.getName(), choice));
    }
}
