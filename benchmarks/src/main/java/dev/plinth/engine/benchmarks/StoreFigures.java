package dev.plinth.engine.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures the durable store, each question in a process of its own:
 *
 * <pre>
 *   java @benchmarks/target/classes/jvm.flags -cp benchmarks/target/benchmarks.jar \\
 *       dev.plinth.engine.benchmarks.StoreFigures DIR [QUICK_DIR [QUESTION...]]
 * </pre>
 *
 * <p>DIR is on the disk to measure and gets some 20 GB at 10,000,000 resources, which are deleted again; QUICK_DIR is for the
 * tables of the quick restart, best in memory. The questions are {@code durable}, {@code steady} and numbers of resources; unless
 * some are named, all are asked.
 */
public final class StoreFigures {
    private static final List<String> ALL = List.of("durable", "steady", "10000", "1000000", "10000000");
    private static final int STEADY_RESOURCES = 300_000;
    private static final int STEADY_SECONDS = 60;
    private static final String LARGE_HEAP = "-Xmx256m";

    private StoreFigures() {}

    /** Runs all, or as a child one of the questions. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].startsWith("--")) {
            child(arguments);
            return;
        }
        Path directory = Path.of(arguments[0]);
        Path quick = Path.of(arguments.length > 1 ? arguments[1] : "/dev/shm/plinth-figures");
        Files.createDirectories(directory);
        List<String> questions = List.of(arguments).subList(Math.min(2, arguments.length), arguments.length);
        for (String question : questions.isEmpty() ? ALL : questions) {
            switch (question) {
                case "durable" -> durable(directory.resolve("durable"));
                case "steady" -> steady(directory.resolve("steady"));
                default -> large(directory.resolve("large"), quick, Long.parseLong(question));
            }
        }
    }

    private static void child(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "--durable" -> DurableCreates.run(directory);
            case "--steady" -> new SteadyUpdates(directory, STEADY_RESOURCES).run(STEADY_SECONDS);
            case "--fill" -> new LargeStore(directory, Long.parseLong(arguments[2])).fillAndDie();
            case "--open" -> new LargeStore(directory, Long.parseLong(arguments[2])).open(arguments[3]);
            case "--raw" -> RawMap.run(Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
            default -> throw new IllegalArgumentException("Expected a question, but got " + arguments[0]);
        }
    }

    private static void durable(Path directory) throws IOException, InterruptedException {
        System.out.println("## Durable creates a second");
        fresh(directory);
        run(List.of(), "--durable", directory.toString());
        delete(directory);
    }

    private static void steady(Path directory) throws IOException, InterruptedException {
        System.out.println("## Updates of " + STEADY_RESOURCES + " resources for " + STEADY_SECONDS + " s");
        fresh(directory);
        run(List.of(), "--steady", directory.resolve("data").toString());
        delete(directory);
    }

    private static void large(Path directory, Path quick, long resources) throws IOException, InterruptedException {
        System.out.println("## " + resources + " resources, each with its event, " + LARGE_HEAP);
        fresh(directory);
        delete(quick);
        String count = String.valueOf(resources);
        List<String> small = List.of(LARGE_HEAP);
        List<String> mapped = List.of(LARGE_HEAP, "-Dplinth.quick=" + quick);
        run(small, "--fill", directory.toString(), count);
        Figures.print("directory behind the kill, MiB", used(directory.resolve("data")));
        String rowBytes = run(small, "--open", directory.toString(), count, "kill -9 recovery");
        run(small, "--raw", directory.toString(), count, rowBytes);
        run(mapped, "--open", directory.toString(), count, "start that fills the tables of the quick restart");
        Figures.print("tables of the quick restart, MiB", used(quick));
        run(mapped, "--open", directory.toString(), count, "quick restart");
        delete(directory);
        delete(quick);
    }

    /** What the files take on the disk, holes not counted. */
    private static double used(Path directory) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("du", "-sk", directory.toString()).start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            int unused = process.waitFor();
            return Long.parseLong(line.split("\\s")[0]) / 1024.0;
        }
    }

    /** Runs a question in a JVM with our own flags and shows its figures; gives the size of a resource if it told one. */
    private static String run(List<String> flags, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), StoreFigures.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String rowBytes = "0";
        boolean told = false;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(Figures.MARK)) {
                    System.out.println(line);
                    told = true;
                    if (line.contains("bytes of a resource")) {
                        rowBytes = line.substring(line.indexOf('=') + 1).trim();
                    }
                }
            }
        }
        int status = process.waitFor();
        if (!told || status != 0 && status != 9) {
            throw new IllegalStateException("Expected figures of " + command + ", but it exited with " + status);
        }
        return rowBytes;
    }

    private static void fresh(Path directory) throws IOException {
        delete(directory);
        Files.createDirectories(directory);
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
