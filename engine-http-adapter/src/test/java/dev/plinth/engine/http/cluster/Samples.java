package dev.plinth.engine.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures that a long run samples again and again, in a file as they come, and whether they stay flat. One thread. */
final class Samples {
    private static final int QUARTERS = 4;

    private final Path file;
    private final Map<Figure, List<Long>> values = new LinkedHashMap<>();

    /**
     * A figure that has to stay flat: it may grow by a ratio and a slack from the second quarter of a run to the last one.
     *
     * @param ratio 1 or more
     * @param slack what it may have more by chance, in its own unit
     */
    record Figure(String name, double ratio, long slack) {}

    /** Begins a file, with values separated by commas. */
    Samples(Path file) throws IOException {
        this.file = file;
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.deleteIfExists(file);
    }

    /**
     * Adds a sample.
     *
     * @param seconds the time since the run began
     * @param sample always of the same figures
     */
    void add(long seconds, Map<Figure, Long> sample) throws IOException {
        if (values.isEmpty()) {
            sample.keySet().forEach(figure -> values.put(figure, new ArrayList<>()));
            write("seconds," + sample.keySet().stream().map(Figure::name).collect(Collectors.joining(",")));
        }
        assertThat(sample.keySet()).as("figures of a sample").isEqualTo(values.keySet());
        values.forEach((figure, all) -> all.add(sample.get(figure)));
        write(seconds + ","
                + values.keySet().stream()
                        .map(figure -> String.valueOf(sample.get(figure)))
                        .collect(Collectors.joining(",")));
    }

    private void write(String line) throws IOException {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Returns how many samples there are. */
    int count() {
        return values.values().stream().mapToInt(List::size).findFirst().orElse(0);
    }

    /** Checks that no figure has grown by more than it may. It takes four samples at least. */
    void checkFlat() {
        assertThat(count()).as("samples").isGreaterThanOrEqualTo(QUARTERS);
        assertThat(values.entrySet().stream()
                        .filter(entry -> growth(entry.getKey(), entry.getValue())
                                > entry.getKey().slack())
                        .map(entry -> line(entry.getKey(), entry.getValue())))
                .as("figures that have grown")
                .isEmpty();
    }

    /** Returns each figure by the medians of the four quarters, for a person. */
    String summary() {
        return values.entrySet().stream()
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("; "));
    }

    private static long growth(Figure figure, List<Long> all) {
        return median(all, QUARTERS) - Math.round(median(all, 2) * figure.ratio());
    }

    private static String line(Figure figure, List<Long> all) {
        return figure.name() + " " + median(all, 1) + " " + median(all, 2) + " " + median(all, 3) + " "
                + median(all, QUARTERS);
    }

    /** Returns the median of a quarter, counted from 1. */
    private static long median(List<Long> all, int quarter) {
        List<Long> part = all.subList((quarter - 1) * all.size() / QUARTERS, quarter * all.size() / QUARTERS).stream()
                .sorted()
                .toList();
        return part.isEmpty() ? 0 : part.get(part.size() / 2);
    }
}
