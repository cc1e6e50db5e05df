package dev.plinth.engine.benchmarks.report;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code results.json}: the last run of each suite. A run of one suite replaces that one alone, so each
 * run has its own machine and date. Not thread-safe.
 */
public final class Results {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Map<String, Suite> suites;

    /**
     * A run of a suite.
     *
     * @param machine processors, memory, operating system, JVM
     * @param date when it began, RFC 3339
     * @param seconds how long it took
     * @param figures the figures by their names
     * @param failed the questions that could not be answered, with the reason
     */
    public record Suite(
            Map<String, String> machine,
            String date,
            long seconds,
            Map<String, ReportFigure> figures,
            Map<String, String> failed) {}

    private Results(Map<String, Suite> suites) {
        this.suites = suites;
    }

    /** Reads the results of a file, or none if it does not exist. */
    public static Results read(Path file) throws IOException {
        Results results = new Results(new TreeMap<>());
        if (Files.exists(file)) {
            results.suites.putAll(JSON.convertValue(
                    JSON.readTree(file.toFile()).path("suites"), new TypeReference<Map<String, Suite>>() {}));
        }
        return results;
    }

    /** Records a run in the place of the last one of that suite. */
    public void put(String name, Suite suite) {
        suites.put(name, suite);
    }

    /** Returns all suites by their names. */
    public Map<String, Suite> suites() {
        return suites;
    }

    /** Returns a figure of any suite, or null if it was not measured. */
    public @Nullable ReportFigure figure(String name) {
        return suites.values().stream()
                .flatMap(suite -> Optional.ofNullable(suite.figures().get(name)).stream())
                .findFirst()
                .orElse(null);
    }

    /** Writes the file: the suites, and each ratio with its aim. */
    public void write(Path file) throws IOException {
        Map<String, Object> all = new TreeMap<>();
        all.put("suites", suites);
        all.put("ratios", Aims.ALL.stream().map(aim -> aim.of(this)).toList());
        Files.writeString(file, JSON.writeValueAsString(all) + "\n");
    }
}
