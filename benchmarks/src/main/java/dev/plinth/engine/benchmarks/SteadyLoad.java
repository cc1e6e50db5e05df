package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * A store at work at {@code OS}, with one caller that creates under a new key, changes and shows a random resource, in
 * turn. It measures the times of each with and without a snapshot in progress, and how late an idle thread wakes. It
 * also measures the disk space of the directory against the live keys and rows. The engine's days last
 * {@link #DAY_SECONDS} seconds, so that sweeps delete remembered answers and events all along.
 */
final class SteadyLoad {
    private static final int RESOURCES = 300_000;
    private static final int ROOM = 10_000_000;
    private static final int DAY_SECONDS = 10;
    /** The time between two looks at the directory. Constant looks would take a processor from the measurement. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final int LOOKS_PER_SIZE = 25;

    /** Seconds to warm up. The first calls in a JVM take milliseconds, which is not what a store at work does. */
    private static final long WARM_UP_SECONDS = 3;

    /** More calls than it makes of each kind. */
    private static final int WARM_UP_CALLS = 10_000_000;

    private static final double[] PERCENTILES = {50, 99, 99.9, 99.99, 100};

    private final Path directory;
    private final AtomicBoolean snapshot = new AtomicBoolean();
    private final AtomicLong largest = new AtomicLong();
    private final Map<String, Histogram> histograms = new TreeMap<>();
    private volatile boolean ended;
    private double largestTimes;
    private final Histogram late = Load.histogram();

    private SteadyLoad(Path directory) {
        this.directory = directory;
    }

    /** Measures in a new directory. */
    static void run(Path directory, long seconds) throws InterruptedException {
        new SteadyLoad(directory).measure(seconds);
    }

    private void measure(long seconds) throws InterruptedException {
        try (BenchedEngine engine = new BenchedEngine(Engine.builder()
                .directory(directory)
                .durability(Durability.OS)
                .tables(Tables.OFF_HEAP)
                .maxResources(ROOM)
                .clock(new ShortDays()))) {
            String[] ids = new String[(int) Figures.length(RESOURCES)];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = BenchedEngine.id(engine.call(engine.create(i), 201));
            }
            work(engine, ids, 0, WARM_UP_SECONDS);
            histograms.clear();
            // The garbage of the preparation is old from now on.
            System.gc();
            Thread watcher = new Thread(() -> watch(engine.engine()));
            watcher.start();
            work(engine, ids, WARM_UP_CALLS, seconds);
            ended = true;
            watcher.join();
            double swept = engine.sweptRows().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            Figures.print("steady swept", swept, "rows");
        }
        histograms.forEach((name, nanos) -> {
            Figures.print("steady " + name + " calls", nanos.getTotalCount(), "calls");
            Figures.print("steady " + name, nanos, PERCENTILES);
        });
        Figures.print("steady late", late, PERCENTILES);
        Figures.print("steady directory", largest.get() / (1024.0 * 1024), "MiB");
        Figures.print("steady directory against rows", largestTimes, "times");
    }

    private void work(BenchedEngine engine, String[] ids, int first, long seconds) {
        Random random = new Random(1);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (int i = ids.length + first; System.nanoTime() < end; i++) {
            int at = random.nextInt(ids.length);
            timed("create", engine, engine.create(i), 201);
            timed("patch", engine, engine.patch(at, ids[at], i), 200);
            timed("get", engine, engine.get(at, ids[at]), 200);
        }
    }

    private void timed(String what, BenchedEngine engine, Call call, int status) {
        long began = System.nanoTime();
        Reply unused = engine.call(call, status);
        long nanos = System.nanoTime() - began;
        String when = snapshot.get() ? ", snapshot" : "";
        histograms.computeIfAbsent(what + when, any -> Load.histogram()).recordValue(nanos);
    }

    private void watch(Engine engine) {
        for (int looks = 0; !ended; looks++) {
            snapshot.set(Files.exists(directory.resolve("snapshot.tmp")));
            if (looks % LOOKS_PER_SIZE == 0) {
                long bytes = directoryBytes();
                largest.accumulateAndGet(bytes, Math::max);
                largestTimes = Math.max(largestTimes, bytes / LargeStore.rowBytes(engine));
            }
            long from = System.nanoTime();
            LockSupport.parkNanos(LOOK_NANOS);
            late.recordValue(Math.max(0, System.nanoTime() - from - LOOK_NANOS));
        }
    }

    private long directoryBytes() {
        long sum = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                sum += size(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sum;
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** The machine's clock with short days. Durations are as usual. */
    private static final class ShortDays implements EngineClock {
        private static final long FACTOR = TimeUnit.DAYS.toSeconds(1) / DAY_SECONDS;

        private final long started = System.currentTimeMillis();

        @Override
        public long epochMillis() {
            return started + (System.currentTimeMillis() - started) * FACTOR;
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public boolean mayBeWrong() {
            return false;
        }
    }
}
