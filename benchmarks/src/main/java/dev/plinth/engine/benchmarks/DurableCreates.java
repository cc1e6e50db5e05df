package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures how many creates under an idempotency key are durable per second before they are acknowledged. They take
 * turns with {@link RawLog} on the same disk, with records of the same length and as many callers.
 */
final class DurableCreates {
    private static final int[] CALLERS = {1, 8, 64, 256};
    private static final int ROUNDS = 3;
    private static final long WARM_UP_MILLIS = Figures.length(10_000);
    private static final long MILLIS = Figures.length(3_000);
    private static final int COUNTED = 10_000;

    private final Path directory;
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<String, double[]> rates = new TreeMap<>();

    private DurableCreates(Path directory) {
        this.directory = directory;
    }

    /** Measures in an existing directory, and prints a figure on each line. */
    static void run(Path directory) throws IOException, InterruptedException {
        new DurableCreates(directory).measure();
    }

    private void measure() throws IOException, InterruptedException {
        byte[] record = new byte[recordBytes()];
        new Random(1).nextBytes(record);
        Figures.print("journal record", record.length, "bytes");
        try (BenchedEngine fsync = open("fsync", Durability.FSYNC);
                BenchedEngine memory = new BenchedEngine(builder().inMemory());
                RawLog raw = new RawLog(directory.resolve("raw"))) {
            Load.blocking(64, WARM_UP_MILLIS, i -> create(fsync));
            Load.submitting(WARM_UP_MILLIS / 2, i -> submit(fsync));
            Load.submitting(WARM_UP_MILLIS / 2, i -> submit(memory));
            Load.blocking(64, WARM_UP_MILLIS / 5, i -> raw.append(record).join());
            for (int round = 0; round < ROUNDS; round++) {
                for (int callers : CALLERS) {
                    note(
                            "raw log " + callers,
                            round,
                            Load.blocking(
                                    callers, MILLIS, i -> raw.append(record).join()));
                    note("durable creates " + callers, round, Load.blocking(callers, MILLIS, i -> create(fsync)));
                }
                note("raw log submit", round, Load.submitting(MILLIS, i -> raw.append(record)));
                note("durable creates submit", round, Load.submitting(MILLIS, i -> submit(fsync)));
                note("memory creates submit", round, Load.submitting(MILLIS, i -> submit(memory)));
            }
        }
        rates.forEach((name, each) -> {
            Arrays.sort(each);
            Figures.print(name, each[ROUNDS / 2], "1/s");
        });
    }

    private void note(String name, int round, Load.Done done) {
        rates.computeIfAbsent(name, any -> new double[ROUNDS])[round] = done.perSecond();
    }

    private Object create(BenchedEngine engine) {
        return engine.call(engine.create(numbers.getAndIncrement()), 201);
    }

    private CompletableFuture<?> submit(BenchedEngine engine) {
        return engine.submit(engine.create(numbers.getAndIncrement()), 201);
    }

    private BenchedEngine open(String name, Durability durability) {
        return new BenchedEngine(builder().directory(directory.resolve(name)).durability(durability));
    }

    private static EngineBuilder builder() {
        return Engine.builder().tables(Tables.OFF_HEAP).maxResources(10_000_000);
    }

    /** Returns the bytes of one create in the journal. */
    private int recordBytes() throws IOException {
        Path counted = directory.resolve("counted");
        try (BenchedEngine engine =
                new BenchedEngine(Engine.builder().directory(counted).durability(Durability.OS))) {
            for (int i = 0; i < COUNTED; i++) {
                engine.call(engine.create(i), 201);
            }
        }
        long bytes = 0;
        try (var files = Files.newDirectoryStream(counted, "journal-*")) {
            for (Path file : files) {
                byte[] all = Files.readAllBytes(file);
                int end = all.length;
                while (end > 0 && all[end - 1] == 0) {
                    end--;
                }
                bytes += end;
            }
        }
        return (int) (bytes / COUNTED);
    }
}
