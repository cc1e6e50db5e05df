package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests what every table owes its callers; one subclass for each kind of table. */
abstract class TableContractTest {
    static final int KEY_BYTES = 24;
    static final int EXPECTED_ROWS = 10_000;
    static final int AVERAGE_ROW_BYTES = 300;
    private static final int LARGE_ROW_BYTES = 128 * 1024;
    private static final int CHECKSUM_BYTES = Long.BYTES;
    private static final int READERS = 3;

    private final long seed = Long.getLong("plinth.test.seed", System.nanoTime());
    Table table;

    abstract TableFactory factory();

    @BeforeEach
    void open() {
        table = factory().create("parcels", KEY_BYTES, EXPECTED_ROWS, AVERAGE_ROW_BYTES);
    }

    @AfterEach
    void close() {
        table.close();
    }

    @Test
    void bounds_ofAnyKind_followFromWhatTheTableIsLaidOutFor() {
        assertThat(table.rowsMax()).isEqualTo(EXPECTED_ROWS);
        assertThat(table.bytesMax()).isEqualTo((long) EXPECTED_ROWS * (KEY_BYTES + AVERAGE_ROW_BYTES));
        assertThat(table.maxRowBytes()).isEqualTo(262_144);
    }

    @Test
    void get_absentKey_isNull() {
        table.put(key(1), row(10));

        assertThat(table.get(key(2))).isNull();
    }

    @Test
    void put_newKey_isFoundThroughAnEqualArray() {
        table.put(key(1), row(10));

        assertThat(table.get(key(1))).isEqualTo(row(10));
    }

    @Test
    void put_sameKey_replacesRow() {
        table.put(key(1), row(10));
        table.put(key(1), row(700));

        assertThat(table.get(key(1))).isEqualTo(row(700));
        assertCounts(1, KEY_BYTES + 700);
    }

    @Test
    void put_emptyRow_isNotAnAbsentRow() {
        table.put(key(1), new byte[0]);

        assertThat(table.get(key(1))).isNotNull().isEmpty();
        assertCounts(1, KEY_BYTES);
    }

    @Test
    void put_rowOf128KiB_isFound() {
        table.put(key(1), row(LARGE_ROW_BYTES));

        assertThat(table.get(key(1))).isEqualTo(row(LARGE_ROW_BYTES));
        assertThat(table.maxRowBytes()).isGreaterThanOrEqualTo(LARGE_ROW_BYTES);
    }

    @Test
    void put_rowThatGrowsAndShrinks_staysOneRow() {
        for (int length : new int[] {300, LARGE_ROW_BYTES, 3_000, 5_000, 0, LARGE_ROW_BYTES - 1, 1}) {
            table.put(key(1), row(length));

            assertThat(table.get(key(1))).isEqualTo(row(length));
            assertCounts(1, KEY_BYTES + length);
            assertThat(contents()).hasSize(1);
        }
    }

    @Test
    void get_rowStillHeld_isNotTouchedByLaterCalls() {
        table.put(key(1), row(10));
        byte[] held = table.get(key(1));
        byte[] other = new byte[10];
        table.put(key(1), other);
        table.put(key(2), other);
        table.get(key(2));

        assertThat(held).isEqualTo(row(10));
    }

    @Test
    void remove_presentKey_takesItOut() {
        table.put(key(1), row(10));
        table.put(key(2), row(LARGE_ROW_BYTES));
        table.remove(key(1));
        table.remove(key(2));

        assertThat(table.get(key(1))).isNull();
        assertThat(table.get(key(2))).isNull();
        assertCounts(0, 0);
    }

    @Test
    void remove_absentKey_changesNothing() {
        table.put(key(1), row(10));
        table.remove(key(2));

        assertCounts(1, KEY_BYTES + 10);
    }

    @Test
    void forEach_severalRows_showsEachOnce() {
        Map<ByteBuffer, byte[]> expected = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] row = row(i == 500 ? LARGE_ROW_BYTES : i);
            table.put(key(i), row);
            expected.put(ByteBuffer.wrap(key(i)), row);
        }

        assertSame(contents(), expected);
    }

    @Test
    void forEach_readingInside_isAllowed() {
        for (int i = 0; i < 100; i++) {
            table.put(key(i), row(i));
        }

        table.forEach((key, row) -> {
            assertThat(table.get(key)).isEqualTo(row);
            assertThat(table.get(key(101))).isNull();
        });
    }

    @Test
    void clear_thenPut_startsAfresh() {
        table.put(key(1), row(10));
        table.put(key(2), row(LARGE_ROW_BYTES));
        table.clear();

        assertThat(contents()).isEmpty();
        assertCounts(0, 0);

        table.put(key(1), row(20));

        assertThat(table.get(key(1))).isEqualTo(row(20));
        assertCounts(1, KEY_BYTES + 20);
    }

    @Test
    void anyCall_keyOfAnotherLength_isRefusedByName() {
        byte[] shorter = new byte[KEY_BYTES - 1];

        assertThatThrownBy(() -> table.get(shorter))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A key of table parcels must have 24 bytes, got 23.");
        assertThatThrownBy(() -> table.put(shorter, row(1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.remove(shorter)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void create_keysOutOfBounds_isRefused() {
        assertThatThrownBy(() -> factory().create("parcels", 7, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> factory().create("parcels", 41, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void create_smallestAndLargestKeys_work() {
        for (int keyBytes : new int[] {TableShape.MIN_KEY_BYTES, TableShape.MAX_KEY_BYTES}) {
            try (Table other = factory().create("other", keyBytes, 1, 1)) {
                byte[] key = new byte[keyBytes];
                key[keyBytes - 1] = 1;
                other.put(key, row(LARGE_ROW_BYTES));
                other.put(new byte[keyBytes], row(3));

                assertThat(other.get(key)).isEqualTo(row(LARGE_ROW_BYTES));
                assertThat(other.get(new byte[keyBytes])).isEqualTo(row(3));
            }
        }
    }

    @Test
    void anyCall_onAnInterruptedThread_worksAndKeepsTheInterrupt() {
        Thread.currentThread().interrupt();
        table.put(key(1), row(10));
        byte[] found = table.get(key(1));
        table.remove(key(1));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(found).isEqualTo(row(10));
        assertCounts(0, 0);
    }

    @Test
    void randomOperations_besideAModel_agree() {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Map<ByteBuffer, byte[]> model = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            byte[] key = key(random.nextInt(2_000));
            int die = random.nextInt(10_000);
            if (die == 0) {
                table.clear();
                model.clear();
            } else if (die < 6_000) {
                byte[] row = row(randomLength(random));
                table.put(key, row);
                model.put(ByteBuffer.wrap(key), row);
            } else if (die < 8_000) {
                table.remove(key);
                model.remove(ByteBuffer.wrap(key));
            } else {
                assertThat(table.get(key)).as("seed %d", seed).isEqualTo(model.get(ByteBuffer.wrap(key)));
            }
        }

        assertSame(contents(), model);
        assertCounts(model.size(), bytes(model));
    }

    @Test
    void readers_besideAWriter_seeEveryRowWhole() throws Exception {
        System.out.println("seed " + seed);
        int keys = 64;
        Random random = new Random(seed);
        for (int i = 0; i < keys; i++) {
            table.put(key(i), checkedRow(random));
        }
        AtomicBoolean written = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(READERS);
        try {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(pool.submit(reader(keys, seed + i, written)));
            }
            for (int i = 0; i < 50_000; i++) {
                table.put(key(random.nextInt(keys)), checkedRow(random));
                table.put(key(keys), checkedRow(random));
                table.remove(key(keys));
            }
            written.set(true);
            for (Future<Long> reader : readers) {
                assertThat(reader.get()).isPositive();
            }
        } finally {
            written.set(true);
            pool.shutdown();
        }
    }

    /** Reads keys that are always there, and one that comes and goes, until all is written. */
    private Callable<Long> reader(int keys, long readerSeed, AtomicBoolean written) {
        return () -> {
            Random random = new Random(readerSeed);
            long reads = 0;
            do {
                byte[] row = table.get(key(random.nextInt(keys)));
                assertThat(row != null && isWhole(row)).as("seed %d", seed).isTrue();
                byte[] sometimes = table.get(key(keys));
                assertThat(sometimes == null || isWhole(sometimes))
                        .as("seed %d", seed)
                        .isTrue();
                reads++;
            } while (!written.get());
            return reads;
        };
    }

    private static byte[] checkedRow(Random random) {
        byte[] row = new byte[CHECKSUM_BYTES + randomLength(random)];
        random.nextBytes(row);
        ByteBuffer.wrap(row).putLong(0, checksum(row));
        return row;
    }

    private static boolean isWhole(byte[] row) {
        return ByteBuffer.wrap(row).getLong(0) == checksum(row);
    }

    private static long checksum(byte[] row) {
        CRC32 crc = new CRC32();
        crc.update(row, CHECKSUM_BYTES, row.length - CHECKSUM_BYTES);
        return crc.getValue();
    }

    /** Mostly about the average, sometimes long enough for another place. */
    private static int randomLength(Random random) {
        return random.nextInt(50) == 0 ? random.nextInt(20_000) : random.nextInt(2 * AVERAGE_ROW_BYTES);
    }

    private Map<ByteBuffer, byte[]> contents() {
        Map<ByteBuffer, byte[]> contents = new HashMap<>();
        table.forEach((key, row) -> assertThat(contents.put(ByteBuffer.wrap(key), row))
                .as("seed %d", seed)
                .isNull());
        return contents;
    }

    private void assertSame(Map<ByteBuffer, byte[]> actual, Map<ByteBuffer, byte[]> expected) {
        assertThat(actual.keySet()).as("seed %d", seed).isEqualTo(expected.keySet());
        actual.forEach((key, row) -> assertThat(Arrays.equals(row, expected.get(key)))
                .as("seed %d", seed)
                .isTrue());
    }

    void assertCounts(long size, long bytes) {
        assertThat(table.size()).as("size, seed %d", seed).isEqualTo(size);
        assertThat(table.bytes()).as("bytes, seed %d", seed).isEqualTo(bytes);
    }

    private static long bytes(Map<ByteBuffer, byte[]> model) {
        long bytes = 0;
        for (byte[] row : model.values()) {
            bytes += KEY_BYTES + row.length;
        }
        return bytes;
    }

    /** Like real keys: the first 16 bytes are equal. */
    static byte[] key(long number) {
        return ByteBuffer.allocate(KEY_BYTES).putLong(16, number).array();
    }

    static byte[] row(int length) {
        byte[] row = new byte[length];
        for (int i = 0; i < length; i++) {
            row[i] = (byte) (i * 31 + length);
        }
        return row;
    }
}
