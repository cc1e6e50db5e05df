package dev.plinth.engine.benchmarks;

import dev.plinth.engine.benchmarks.report.Report;
import dev.plinth.engine.benchmarks.report.ReportFigure;
import dev.plinth.engine.benchmarks.report.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs suites, each question in a process of its own. It writes {@code results.json}, the tables of {@code README.md}
 * and the charts, one of which is in the project's own {@code README.md}. {@code benchmarks/run} builds it and starts
 * it from the root of the repository:
 *
 * <pre>
 *   benchmarks/run [--quick] [SUITE...]
 * </pre>
 *
 * <p>Without a suite all run. A quick run only shows that everything works: it measures a tenth as long, and writes
 * below {@code benchmarks/target/quick}. {@code report} writes tables and charts again and measures nothing.
 */
public final class Run {
    /** The argument that makes a process a child. */
    static final String CHILD = "--child";

    private static final System.Logger LOG = System.getLogger(Run.class.getName());
    private static final String QUICK = "--quick";
    private static final Path HOME = Path.of("benchmarks");
    private static final String README = "README.md";

    private Run() {}

    /** Runs suites, or as a child one question. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals(CHILD)) {
            System.exit(answer(arguments[1], Arrays.copyOfRange(arguments, 2, arguments.length)));
        }
        List<String> names = new ArrayList<>(List.of(arguments));
        if (names.remove(QUICK)) {
            System.setProperty(Figures.QUICK_PROPERTY, "true");
        }
        Map<String, Suites.Suite> suites = Suites.all(workDirectory());
        for (String name : names) {
            if (!suites.containsKey(name)) {
                throw new IllegalArgumentException("Expected suites of " + suites.keySet() + ", but got " + name);
            }
        }
        suites.keySet().retainAll(names.isEmpty() ? suites.keySet() : names);
        Path target = Figures.QUICK ? Files.createDirectories(HOME.resolve("target/quick")) : HOME;
        Results results = Results.read(target.resolve("results.json"));
        for (Map.Entry<String, Suites.Suite> suite : suites.entrySet()) {
            if (!suite.getValue().questions().isEmpty()) {
                results.put(suite.getKey(), run(suite.getValue()));
                write(results, target);
            }
        }
        write(results, target);
    }

    /** Answers a question and returns the exit status, with which the child ends whatever threads are left. */
    private static int answer(String question, String... arguments) {
        try {
            Questions.ask(question, arguments);
            return 0;
        } catch (Exception e) {
            LOG.log(System.Logger.Level.ERROR, "Could not answer " + question, e);
            return 1;
        }
    }

    /** Returns a directory on a disk, which the user of a server may read too. */
    private static Path workDirectory() {
        return Path.of(System.getenv().getOrDefault("PLINTH_BENCH_WORK", "/var/tmp/plinth-benchmarks"));
    }

    private static Results.Suite run(Suites.Suite suite) {
        Map<String, String> machine = Machine.describe();
        Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        long beganNanos = System.nanoTime();
        Map<String, List<ReportFigure>> figures = new LinkedHashMap<>();
        Map<String, String> failed = new LinkedHashMap<>();
        for (int turn = 0; turn < suite.turns(); turn++) {
            for (Suites.Question question : suite.questions()) {
                System.out.println("== " + question.name());
                try {
                    question.asking()
                            .ask()
                            .forEach((name, figure) -> figures.computeIfAbsent(name, any -> new ArrayList<>())
                                    .add(figure));
                } catch (IOException | RuntimeException e) {
                    System.out.println("failed: " + e);
                    failed.put(question.name(), String.valueOf(e.getMessage()));
                } catch (InterruptedException e) {
                    throw new IllegalStateException("Expected to run to the end, but was interrupted", e);
                }
            }
        }
        Map<String, ReportFigure> middle = new LinkedHashMap<>();
        figures.forEach((name, each) -> middle.put(name, middle(each)));
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNanos);
        return new Results.Suite(machine, began.toString(), seconds, middle, failed);
    }

    private static ReportFigure middle(List<ReportFigure> turns) {
        List<ReportFigure> sorted = new ArrayList<>(turns);
        sorted.sort(Comparator.comparingDouble(ReportFigure::value));
        return sorted.get(sorted.size() / 2);
    }

    private static void write(Results results, Path target) throws IOException {
        results.write(target.resolve("results.json"));
        Report report = new Report(results);
        report.charts(target.resolve("charts"));
        Files.writeString(target.resolve(README), report.document(Files.readString(HOME.resolve(README))));
        if (target.equals(HOME)) {
            Path front = Path.of(README);
            Files.writeString(front, report.document(Files.readString(front)));
        }
    }
}
