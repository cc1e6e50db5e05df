package dev.plinth.engine.benchmarks;

import dev.plinth.engine.benchmarks.report.ReportFigure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The suites in their order, with their questions. */
final class Suites {
    private static final int TURNS = Figures.QUICK ? 1 : 3;
    private static final Path QUICK_RESTART = Path.of("/dev/shm/plinth-figures");

    /**
     * A thing to measure.
     *
     * @param name its name in the report of a failure
     */
    record Question(String name, Asking asking) {}

    /**
     * Questions that are asked in turn, some times over. The middle of the answers counts.
     *
     * @param turns how often each is asked
     */
    record Suite(int turns, List<Question> questions) {}

    /** Measures. */
    interface Asking {
        Map<String, ReportFigure> ask() throws IOException, InterruptedException;
    }

    private Suites() {}

    /** Returns all suites, with their files below this directory. */
    static Map<String, Suite> all(Path work) {
        Map<String, Suite> suites = new LinkedHashMap<>();
        List<Question> stacks = new ArrayList<>();
        for (String peer : StackFigures.PEERS) {
            stacks.add(inDirectory(peer, work, List.of("-Xmx6g"), "stack", peer));
        }
        suites.put("stack", new Suite(TURNS, stacks));
        List<Question> units = new ArrayList<>();
        for (String peer : UnitFigures.PEERS) {
            units.add(inDirectory(peer, work, List.of("-Xmx6g"), "units", peer));
        }
        suites.put("units", once(units));
        suites.put("guard", once(List.of(jmh("GuardBenchmark", 1))));
        suites.put("deliveries", once(List.of(inDirectory("deliveries", work, List.of(), "deliveries"))));
        suites.put("tail", once(List.of(inDirectory("tail", work, List.of(), "tail"))));
        suites.put("growth", once(List.of(new Question("growth", () -> ChildJvm.run(List.of(), "growth")))));
        suites.put("takeover", once(List.of(inDirectory("takeover", work, List.of("-Xmx10g"), "takeover"))));
        suites.put("cluster", once(List.of(inDirectory("cluster", work, List.of("-Xmx6g"), "cluster"))));
        suites.put(
                "cluster-size", once(List.of(inDirectory("cluster-size", work, List.of("-Xmx10g"), "cluster-size"))));
        suites.put("limits", once(List.of(jmh("TakeBenchmark|LimitPeersBenchmark", 1))));
        suites.put(
                "replay",
                once(List.of(inDirectory("Redis", work, List.of(), "redis"), jmh("ReplayPeersBenchmark", 1))));
        suites.put("paths", once(List.of(jmh("PathBenchmark", 1), jmh("PathBenchmark", 2), jmh("RoomBenchmark", 1))));
        List<Question> servers = new ArrayList<>();
        for (String kind : HttpServers.all()) {
            servers.add(new Question(kind, () -> HttpFigures.load(kind, work.resolve("http"))));
        }
        suites.put("http", new Suite(TURNS, servers));
        List<Question> starts = new ArrayList<>(List.of(inDirectory("warm JVM", work, List.of(), "start")));
        for (String kind : List.of(HttpServers.PLINTH, HttpServers.PLINTH_OFF_HEAP, HttpServers.WIREMOCK)) {
            starts.add(new Question("cold " + kind, () -> HttpFigures.coldStart(kind, work.resolve("http"))));
        }
        suites.put("start", once(starts));
        suites.put("durable", once(List.of(inDirectory("durable", work, List.of(), "durable"))));
        suites.put("steady", once(List.of(inDirectory("steady", work, List.of(), "steady"))));
        for (String resources : List.of("10000", "1000000", "10000000")) {
            suites.put(
                    "store-" + resources,
                    once(List.of(new Question(
                            resources + " resources",
                            () -> StoreLife.run(work.resolve("store"), QUICK_RESTART, resources)))));
        }
        suites.put(
                "mixed",
                once(List.of(
                        new Question("plinth", () -> ChildJvm.run(List.of("-Xmx512m"), "mixed", "plinth")),
                        new Question("map", () -> ChildJvm.run(List.of("-Xmx8g"), "mixed", "map")))));
        suites.put("report", once(List.of()));
        return suites;
    }

    private static Suite once(List<Question> questions) {
        return new Suite(1, questions);
    }

    private static Question jmh(String benchmarks, int threads) {
        return new Question(
                "JMH " + benchmarks + ", threads: " + threads,
                () -> ChildJvm.run(List.of(), "jmh", benchmarks, String.valueOf(threads)));
    }

    /**
     * Returns a question with an empty directory, which is deleted after the answer. Its path follows the arguments.
     */
    private static Question inDirectory(String name, Path work, List<String> flags, String... arguments) {
        return new Question(name, () -> {
            Path directory = StoreLife.fresh(work.resolve("data"));
            List<String> all = new ArrayList<>(List.of(arguments));
            all.add(directory.toString());
            try {
                return ChildJvm.run(flags, all.toArray(String[]::new));
            } finally {
                StoreLife.delete(directory);
            }
        });
    }
}
