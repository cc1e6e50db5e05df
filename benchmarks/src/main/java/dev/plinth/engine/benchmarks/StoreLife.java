package dev.plinth.engine.benchmarks;

import dev.plinth.engine.benchmarks.report.ReportFigure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures a store of so many resources through its life, each part in a process of its own. The store is filled and
 * killed, opened again, closed, and opened with a quick restart. It is compared with a bare map of as many rows of as
 * many bytes.
 */
final class StoreLife {
    private static final String SMALL_HEAP = "-Xmx256m";

    private StoreLife() {}

    /**
     * Measures.
     *
     * @param directory a directory on the disk to measure; it needs some 20 GB at 10,000,000 resources, which are
     *     deleted again
     * @param quick a directory for the tables of the quick restart, best in memory
     */
    static Map<String, ReportFigure> run(Path directory, Path quick, String resources)
            throws IOException, InterruptedException {
        fresh(directory);
        delete(quick);
        String at = directory.toString();
        List<String> small = List.of(SMALL_HEAP);
        List<String> mapped = List.of(SMALL_HEAP, "-Dplinth.quick=" + quick);
        Map<String, ReportFigure> all = new LinkedHashMap<>(ChildJvm.run(small, "fill", at, resources));
        note(all, "store " + resources + " directory", used(directory.resolve("data")));
        all.putAll(ChildJvm.run(small, "open", at, resources, "kill -9 recovery"));
        ReportFigure shown = all.get("store " + resources + " " + LargeStore.SHOWN);
        if (shown == null) {
            throw new IOException("Expected the size of a resource, but got only " + all.keySet());
        }
        all.putAll(ChildJvm.run(small, "raw-map", resources, String.valueOf((int) shown.value())));
        all.putAll(ChildJvm.run(mapped, "open", at, resources, "first start with quick restart"));
        note(all, "store " + resources + " tables", used(quick));
        all.putAll(ChildJvm.run(mapped, "open", at, resources, "quick restart"));
        delete(directory);
        delete(quick);
        return all;
    }

    private static void note(Map<String, ReportFigure> all, String name, double mebibytes) {
        all.put(name, new ReportFigure(name, mebibytes, "MiB"));
    }

    /** Returns the disk space of the files, without holes. */
    private static double used(Path directory) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("du", "-sk", directory.toString()).start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            int unused = process.waitFor();
            return Long.parseLong(line.split("\\s")[0]) / 1024.0;
        }
    }

    /** Makes an empty directory. */
    static Path fresh(Path directory) throws IOException {
        delete(directory);
        return Files.createDirectories(directory);
    }

    static void delete(Path directory) throws IOException {
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
