package dev.plinth.engine.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.SplittableRandom;
import net.openhft.chronicle.map.ChronicleMap;

/** Measures what a Chronicle map itself needs for a get, at so many rows, and thus what the machine's caches allow. */
final class RawMap {
    private static final int SAMPLE = 200_000;
    private static final int KEY_BYTES = 16;

    private RawMap() {}

    static void run(long rows, int rowBytes) {
        try (ChronicleMap<byte[], byte[]> map = ChronicleMap.of(byte[].class, byte[].class)
                .name("raw")
                .constantKeySizeBySample(new byte[KEY_BYTES])
                .averageValueSize(rowBytes)
                .entries(rows)
                .create()) {
            byte[] value = new byte[rowBytes];
            new Random(1).nextBytes(value);
            byte[][] sample = new byte[(int) Math.min(SAMPLE, rows)][];
            SplittableRandom random = new SplittableRandom(2);
            for (long i = 0; i < rows; i++) {
                byte[] key = ByteBuffer.allocate(KEY_BYTES)
                        .putLong(random.nextLong())
                        .putLong(i)
                        .array();
                map.put(key, value);
                int at = (int) (i * sample.length / rows);
                sample[at] = key;
            }
            Collections.shuffle(Arrays.asList(sample), new Random(3));
            Figures.print("raw map " + rows + " get", nanosEach(map, sample) / 1000, "µs");
        }
    }

    private static double nanosEach(ChronicleMap<byte[], byte[]> map, byte[][] sample) {
        return Load.nanosEach(sample.length, () -> {
            for (byte[] key : sample) {
                byte[] row = map.get(key);
                if (row == null || row.length == 0) {
                    throw new IllegalStateException("Expected a row, but there is none");
                }
            }
        });
    }
}
