package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Measures the tail of a mixed load on ten million resources, at a steady {@link #PER_SECOND}. Of ten operations eight
 * show a resource, one changes one and one creates one. Latency counts from when an operation was due, so a stall of a
 * second counts for everything that was due meanwhile. The off-heap engine is compared with bare rows in a
 * ConcurrentHashMap, whose operations only read and write a row.
 */
final class MixedLoad {
    private static final long RESOURCES = 10_000_000;
    private static final long SPARE = 1_000_000;
    private static final long WARM_UP_SECONDS = 20;
    private static final long SECONDS = 60;
    private static final int PER_SECOND = 5_000;
    private static final int SAMPLE = 100_000;
    private static final double[] PERCENTILES = {50, 99, 99.9, 99.99, 100};

    private interface Subject {
        void create(int number);

        void get(int index);

        void patch(int index, int change);
    }

    private MixedLoad() {}

    /** Measures {@code plinth} or {@code map}. */
    static void run(String name) {
        long resources = Figures.length(RESOURCES);
        if (name.equals("map")) {
            measure(name, new Rows(resources));
            return;
        }
        try (BenchedEngine engine = new BenchedEngine(
                Engine.builder().inMemory().tables(Tables.OFF_HEAP).maxResources(resources + SPARE))) {
            measure(name, new Resources(engine, resources));
        }
    }

    private static void measure(String name, Subject subject) {
        Histogram unused = work(subject, Figures.length(WARM_UP_SECONDS), 1);
        Figures.print("mixed " + name, work(subject, Figures.length(SECONDS), 2), PERCENTILES);
    }

    private static Histogram work(Subject subject, long seconds, int seed) {
        Histogram nanos = Load.histogram();
        SplittableRandom random = new SplittableRandom(seed);
        long each = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
        long began = System.nanoTime();
        for (int i = 0; i < seconds * PER_SECOND; i++) {
            long due = began + i * each;
            while (System.nanoTime() < due) {
                Thread.onSpinWait();
            }
            int index = random.nextInt(SAMPLE);
            switch (i % 10) {
                case 0 -> subject.create(seed << 28 | i);
                case 1 -> subject.patch(index, i);
                default -> subject.get(index);
            }
            nanos.recordValue(System.nanoTime() - due);
        }
        return nanos;
    }

    /** The operations of the engine. */
    private static final class Resources implements Subject {
        private final BenchedEngine engine;
        private final int[] numbers = new int[SAMPLE];
        private final String[] ids = new String[SAMPLE];

        Resources(BenchedEngine engine, long resources) {
            this.engine = engine;
            for (int i = 0; i < resources; i++) {
                Reply made = engine.call(engine.createWithoutKey(i), 201);
                int at = (int) (i * (long) SAMPLE / resources);
                numbers[at] = i;
                ids[at] = BenchedEngine.id(made);
            }
        }

        @Override
        public void create(int number) {
            Reply unused = engine.call(engine.create(number), 201);
        }

        @Override
        public void get(int index) {
            Reply unused = engine.call(engine.get(numbers[index], ids[index]), 200);
        }

        @Override
        public void patch(int index, int change) {
            Reply unused = engine.call(engine.patch(numbers[index], ids[index], change), 200);
        }
    }

    /** The state of a program without an engine: a row of as many bytes as the engine shows, under an id as text. */
    private static final class Rows implements Subject {
        private static final int ROW_BYTES = 340;

        private final ConcurrentMap<String, byte[]> rows = new ConcurrentHashMap<>();
        private final String[] ids = new String[SAMPLE];

        Rows(long resources) {
            for (long i = 0; i < resources; i++) {
                String id = id(i);
                rows.put(id, row(i));
                ids[(int) (i * SAMPLE / resources)] = id;
            }
        }

        @Override
        public void create(int number) {
            rows.put(id(Integer.MAX_VALUE + (long) number), row(number));
        }

        @Override
        public void get(int index) {
            byte[] shown = Objects.requireNonNull(rows.get(ids[index])).clone();
            if (shown.length != ROW_BYTES) {
                throw new IllegalStateException("Expected a row, but it has " + shown.length + " bytes");
            }
        }

        @Override
        public void patch(int index, int change) {
            rows.put(ids[index], row(change));
        }

        private static String id(long number) {
            return "res_%026d".formatted(number);
        }

        private static byte[] row(long number) {
            byte[] row = new byte[ROW_BYTES];
            byte[] text = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(text, 0, row, 0, text.length);
            return row;
        }
    }
}
