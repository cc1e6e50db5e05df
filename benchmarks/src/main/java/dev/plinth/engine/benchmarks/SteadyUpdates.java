package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Durability;
import dev.plinth.engine.Engine;
import dev.plinth.engine.Tables;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * A store under updates of rows it has, one caller at {@code OS}: how long each call takes while a snapshot is written and while none
 * is, and how much disk the directory takes meanwhile, against the rows that are in the newest snapshot at the end.
 */
final class SteadyUpdates {
    /** Each update leaves an event, and there are many. */
    private static final int ROOM = 5_000_000;

    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Path directory;
    private final int resources;
    private final AtomicBoolean snapshot = new AtomicBoolean();
    private final AtomicLong largest = new AtomicLong();
    private volatile boolean ended;
    private double largestTimes;

    SteadyUpdates(Path directory, int resources) {
        this.directory = directory;
        this.resources = resources;
    }

    void run(long seconds) throws InterruptedException {
        try (BenchedEngine engine = new BenchedEngine(Engine.builder()
                .directory(directory)
                .durability(Durability.OS)
                .tables(Tables.OFF_HEAP)
                .maxResources(ROOM))) {
            String[] ids = new String[resources];
            for (int i = 0; i < resources; i++) {
                Reply made = engine.call(engine.create(i), 201);
                ids[i] = String.valueOf(Json.of(made.text()).asMap().get("id"));
            }
            Thread watcher = new Thread(this::watch);
            watcher.start();
            update(engine, ids, seconds);
            ended = true;
            watcher.join();
        }
        Figures.print("largest size of the directory, MiB", largest.get() / (1024.0 * 1024));
        Figures.print("and in times of what then was the newest snapshot", largestTimes);
    }

    private void update(BenchedEngine engine, String[] ids, long seconds) {
        Histogram within = new Histogram(LONGEST_NANOS, 3);
        Histogram without = new Histogram(LONGEST_NANOS, 3);
        Random random = new Random(1);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (int i = 0; System.nanoTime() < end; i++) {
            int at = random.nextInt(ids.length);
            Call patch = engine.patch(at, ids[at], i);
            long began = System.nanoTime();
            engine.call(patch, 200);
            (snapshot.get() ? within : without).recordValue(System.nanoTime() - began);
        }
        print("no snapshot", without);
        print("snapshot", within);
    }

    private static void print(String name, Histogram histogram) {
        Figures.print(name + ", calls", histogram.getTotalCount());
        for (double percentile : new double[] {50, 99, 99.9, 99.99, 100}) {
            Figures.print(name + ", p" + percentile + ", µs", histogram.getValueAtPercentile(percentile) / 1000.0);
        }
    }

    private void watch() {
        while (!ended) {
            snapshot.set(Files.exists(directory.resolve("snapshot.tmp")));
            long sum = 0;
            long newest = 0;
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.sorted().toList()) {
                    long bytes = size(file);
                    sum += bytes;
                    if (String.valueOf(file.getFileName()).startsWith("snapshot-")) {
                        newest = bytes;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            largest.accumulateAndGet(sum, Math::max);
            largestTimes = Math.max(largestTimes, newest == 0 ? 0 : sum / (double) newest);
        }
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
