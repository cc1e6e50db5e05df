package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.HeapArena;
import dev.plinth.engine.internal.store.memory.arena.OffHeapArena;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Measures what a row costs in each kind of table, with the same rows and the same keys. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xmx2g")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class TableBenchmark {
    private static final int KEY_BYTES = 16;
    private static final int ROWS = 200_000;
    private static final int ROW_BYTES_MIN = 300;
    private static final int ROW_BYTES_SPREAD = 400;

    /** The kinds of table. */
    public enum Kind {
        /** An object for each row in a concurrent hash map. */
        OBJECTS,
        /** Rows in an arena on the heap. */
        ARENA_ON_HEAP,
        /** Rows in an arena off the heap. */
        ARENA_OFF_HEAP,
        /** Rows in Chronicle maps. */
        CHRONICLE,
        /** Rows in an arena off the heap, a Chronicle map from keys to addresses. */
        CHRONICLE_AS_INDEX
    }

    /** The kind to measure. */
    @Param
    public Kind kind = Kind.OBJECTS;

    private final SplittableRandom random = new SplittableRandom(1);
    private final byte[][] rows = new byte[ROW_BYTES_SPREAD][];
    private long newest;

    @SuppressWarnings("NullAway.Init") // set up by JMH
    private Table table;

    /** Fills the table. */
    @Setup
    public void fill() {
        TableShape shape = new TableShape("benched", KEY_BYTES, 2 * ROWS, ROW_BYTES_MIN + ROW_BYTES_SPREAD / 2);
        table = switch (kind) {
            case OBJECTS -> new HeapTable(shape);
            case ARENA_ON_HEAP -> new ArenaTable(shape, new HeapArena());
            case ARENA_OFF_HEAP -> new ArenaTable(shape, new OffHeapArena());
            case CHRONICLE -> new ChronicleTable(shape, null);
            case CHRONICLE_AS_INDEX -> new ChronicleIndexedTable(shape);
        };
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new byte[ROW_BYTES_MIN + i];
        }
        while (newest < ROWS) {
            table.put(key(newest), row());
            newest++;
        }
    }

    /** Closes the table. */
    @TearDown
    public void close() {
        table.close();
    }

    /** Reads one of the rows. */
    @Benchmark
    public byte @Nullable [] get() {
        return table.get(key(newest - 1 - random.nextInt(ROWS)));
    }

    /** Replaces one of the rows. */
    @Benchmark
    public byte @Nullable [] replace() {
        return table.exchange(key(newest - 1 - random.nextInt(ROWS)), row());
    }

    /** Puts a new row and removes the oldest one. */
    @Benchmark
    public byte @Nullable [] createAndRemove() {
        table.put(key(newest), row());
        byte[] oldest = table.exchange(key(newest - ROWS), null);
        newest++;
        return oldest;
    }

    /** Returns a row of its own, like one that was just rendered. */
    private byte[] row() {
        return rows[random.nextInt(ROW_BYTES_SPREAD)].clone();
    }

    /** Returns a key that is as spread as an id. */
    private static byte[] key(long number) {
        return ByteBuffer.allocate(KEY_BYTES)
                .putLong(number * 0x9E3779B97F4A7C15L)
                .putLong(number)
                .array();
    }
}
