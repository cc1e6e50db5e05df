package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class of the test class path in a JVM of its own, because flags and static initializers are per JVM. */
final class ChildJvm {
    /** What off-heap tables cannot do without. */
    static final List<String> FLAGS = List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED");

    private ChildJvm() {}

    /** Gives back all that the child wrote, and its exit code in the last line. */
    static String run(Class<?> main, List<String> flags) throws IOException, InterruptedException {
        Process child = start(main, flags).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit " + child.waitFor();
    }

    /** What starts a child. */
    static ProcessBuilder start(Class<?> main, List<String> flags, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
