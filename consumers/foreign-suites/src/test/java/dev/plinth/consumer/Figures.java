package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The figures of one suite. The cases that fail must be those of {@code exceptions.txt}, so a listed case that passes is
 * a failure too.
 */
final class Figures {
    static final Path SUITES = Path.of("suites");

    private final String suite;
    private final TreeMap<String, String> failed = new TreeMap<>();
    private int total;

    Figures(String suite) {
        this.suite = suite;
    }

    /** Notes a case. */
    void add(String name, boolean passes, String why) {
        total++;
        if (!passes && failed.put(name, why) != null) {
            throw new IllegalStateException("Two cases have the name " + name);
        }
    }

    /** Prints the line of the suite, and compares with what is recorded. */
    void end(int recordedTotal) throws IOException {
        Map<String, String> expected = new TreeMap<>();
        for (String line : lines("exceptions.txt")) {
            String[] parts = line.split(" \\| ", 3);
            if (parts[0].equals(suite)) {
                expected.put(parts[1], parts[2]);
            }
        }
        String line = suite + ": " + (total - failed.size()) + " of " + total + ", exceptions: "
                + (failed.isEmpty() ? "none" : failed.size() + ", for " + new TreeSet<>(expected.values()).size()
                        + " reasons in exceptions.txt");
        System.out.println("FIGURES " + line);
        Files.write(
                Path.of("target", suite + "-failed.txt"),
                failed.entrySet().stream()
                        .map(each -> suite + " | " + each.getKey() + " | " + each.getValue())
                        .toList());
        assertThat(failed.keySet())
                .as("the cases of %s that fail, with the reasons %s", suite, failed)
                .isEqualTo(expected.keySet());
        assertThat(total).as("the cases of %s", suite).isEqualTo(recordedTotal);
    }

    /** Returns the lines of a resource, without comments and empty ones. */
    static List<String> lines(String resource) throws IOException {
        try (InputStream in = Figures.class.getResourceAsStream("/" + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("# "))
                    .toList();
        }
    }
}
