package dev.plinth.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Runs simulated clusters, several at once, each by a seed of its own. */
final class ClusterSeeds {
    /** Is printed if no seed has failed. */
    static final String RIGHT = "RIGHT";

    /** Many, because most of a simulation's time is a wait. */
    private static final int AT_ONCE = 4 * Runtime.getRuntime().availableProcessors();

    private final Path directory;
    private final AtomicReference<String> failure = new AtomicReference<>();

    /** @param directory is empty, and takes the key files */
    ClusterSeeds(Path directory) {
        this.directory = directory;
    }

    /** Runs so many seeds, and returns how one of them has failed; empty if none has. */
    Optional<String> run(long first, int count) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try (ClusterSink sink = new ClusterSink()) {
            List<CompletableFuture<Void>> runs = new ArrayList<>();
            for (long seed = first; seed < first + count; seed++) {
                long each = seed;
                runs.add(CompletableFuture.runAsync(() -> run(sink, each), threads));
            }
            runs.forEach(CompletableFuture::join);
        } finally {
            threads.shutdownNow();
        }
        return Optional.ofNullable(failure.get());
    }

    private void run(ClusterSink sink, long seed) {
        if (failure.get() != null) {
            return;
        }
        try (SimulatedCluster cluster = new SimulatedCluster(sink, directory, seed)) {
            new ClusterSchedule(cluster, seed).run();
        } catch (AssertionError | RuntimeException e) {
            boolean unused = failure.compareAndSet(null, TestScale.repeatWith(seed) + ": " + e);
        }
    }

    /** Runs so many seeds in a JVM of its own, and prints how one of them has failed. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("cluster");
        Optional<String> failure =
                new ClusterSeeds(directory).run(Long.parseLong(arguments[0]), Integer.parseInt(arguments[1]));
        System.out.println(failure.map(text -> "FAILED " + text).orElse(RIGHT));
        directory.toFile().deleteOnExit();
        try (Stream<Path> keyFiles = Files.list(directory)) {
            keyFiles.forEach(
                    file -> file.toFile().deleteOnExit()); // before the directory, since the last one goes first
        }
        System.exit(0); // some broken engines do not end
    }
}
