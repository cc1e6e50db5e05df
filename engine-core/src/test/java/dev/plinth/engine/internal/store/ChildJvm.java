package dev.plinth.engine.internal.store;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs a main class of the test class path in a JVM of its own, because flags and static initializers are per JVM. */
public final class ChildJvm {
    /** The flags that off-heap tables need. */
    public static final List<String> FLAGS = List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED");

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private ChildJvm() {}

    /** Gives back all that the child wrote, and its exit code in the last line. */
    public static String run(Class<?> main, List<String> flags) throws IOException, InterruptedException {
        return run(start(main, flags));
    }

    /** The same without flags, on those entries of the class path that the child needs. */
    public static String run(Class<?> main, Predicate<Path> isNeeded) throws IOException, InterruptedException {
        String classPath = Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(CLASS_PATH)
                .filter(entry -> isNeeded.test(Path.of(entry)))
                .collect(Collectors.joining(File.pathSeparator));
        return run(onClassPath(main, List.of(), classPath));
    }

    /** The same with flags and arguments, on the class path of the tests' own classes only. */
    public static String runAlone(Class<?> main, List<String> flags, String... arguments)
            throws IOException, InterruptedException {
        String tests = Path.of(
                        main.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString();
        return run(onClassPath(main, flags, tests, arguments));
    }

    /** Returns the class path of the tests. */
    public static String classPath() {
        return CLASS_PATH;
    }

    private static String run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process child = builder.redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit " + child.waitFor();
    }

    /** Returns the command that starts a child. */
    static ProcessBuilder start(Class<?> main, List<String> flags, String... arguments) {
        return onClassPath(main, flags, CLASS_PATH, arguments);
    }

    private static ProcessBuilder onClassPath(
            Class<?> main, List<String> flags, String classPath, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
