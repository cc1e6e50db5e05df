package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs simulated clusters in a JVM of its own. It has the first compiler alone, because the second one would take more
 * time than its code saves in such a run.
 */
final class SeedsProcess {
    /** A young generation in which most engines end, since a full collection costs more than all else of the heap. */
    private static final List<String> FLAGS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmn400m", "-Xmx2g");

    private SeedsProcess() {}

    /**
     * Runs so many seeds, and returns what {@link ClusterSeeds#main} has printed.
     *
     * @param flags more flags of the JVM
     */
    static String run(String classPath, List<String> flags, long first, int count)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(flags);
        command.addAll(
                List.of("-cp", classPath, ClusterSeeds.class.getName(), String.valueOf(first), String.valueOf(count)));
        Process child = new ProcessBuilder(command)
                .redirectError(count == 1 ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
        return said;
    }
}
