package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.memory.arena.Arena;
import dev.plinth.engine.internal.store.memory.arena.HeapArena;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Tests what every table in an arena owes its callers besides; one subclass for each kind of arena. */
@Tag("scaled")
abstract class ArenaTableTest extends TableContractTest {
    private static final int READERS = 3;
    static final int MEBIBYTE = 1024 * 1024;

    private final long seed = TestScale.seed();

    @Override
    TableFactory factory() {
        return new TableFactory() {
            @Override
            public Table create(String name, int keyBytes, long expectedRows, int averageRowBytes) {
                return new ArenaTable(new TableShape(name, keyBytes, expectedRows, averageRowBytes), arena());
            }

            @Override
            public SlabMemory slabs() {
                return SlabMemory.onHeap();
            }
        };
    }

    abstract Arena arena();

    long memoryBytes() {
        return ((ArenaTable) table).memoryBytes();
    }

    @Test
    void put_rowOverTheLimit_namesTableLengthAndLimit() {
        byte[] row = new byte[table.maxRowBytes() + 1];

        assertThatThrownBy(() -> table.put(key(1), row))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Expected a row of at most 262144 bytes in table parcels, but got 262145;"
                        + " keep what is longer in pieces");
        assertCounts(0, 0);
    }

    @Test
    void bounds_moreThanAnArenaTakes_areThoseOfTheArena() {
        try (Table large = factory().create("large", KEY_BYTES, 1_000_000_000, 1_000)) {
            assertThat(large.rowsMax()).isEqualTo(500_000_000);
            assertThat(large.bytesMax()).isEqualTo(64L << 30);
        }
    }

    @Test
    void put_lengthsAroundThatOfAPiece_areFound() {
        int whole = RowLog.WHOLE_BYTES_MAX;
        int[] lengths = {whole - 1, whole, whole + 1, 2 * whole, 2 * whole + 1, 262_143, 262_144};
        for (int i = 0; i < lengths.length; i++) {
            table.put(key(i), row(lengths[i]));
        }
        for (int i = 0; i < lengths.length; i++) {
            assertThat(table.get(key(i))).isEqualTo(row(lengths[i]));
        }
    }

    /** The order of rows tells how they lie in the index, and must not be one that a client can compute. */
    @Test
    void forEach_sameRowsInTwoTables_comeInDifferentOrders() {
        try (Table other = factory().create("other", KEY_BYTES, EXPECTED_ROWS, AVERAGE_ROW_BYTES)) {
            for (int i = 0; i < 1_000; i++) {
                table.put(key(i), row(8));
                other.put(key(i), row(8));
            }

            assertThat(keys(table)).isNotEqualTo(keys(other)).hasSameElementsAs(keys(other));
        }
    }

    private static List<ByteBuffer> keys(Table shown) {
        List<ByteBuffer> keys = new ArrayList<>();
        shown.forEach((key, row) -> keys.add(ByteBuffer.wrap(key)));
        return keys;
    }

    @Test
    void get_closedWhileItCopies_returnsNoRow() {
        ClosingArena closing = new ClosingArena(arena());
        ArenaTable closed = new ArenaTable(new TableShape("closed", KEY_BYTES, 10_000, 100), closing);
        closed.put(key(1), row(500));
        closing.closes = true;

        assertThatThrownBy(() -> closed.get(key(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> closed.get(key(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> closed.forEach((key, row) -> {})).isInstanceOf(IllegalStateException.class);
    }

    /** An arena that is closed just before a row is copied out. */
    private static final class ClosingArena extends ForwardingArena {
        private boolean closes;

        ClosingArena(Arena memory) {
            super(memory);
        }

        @Override
        public void copyOut(long at, int skippedBytes, byte[] to, int from, int length) {
            if (closes) {
                close();
            }
            super.copyOut(at, skippedBytes, to, from, length);
        }
    }

    @Test
    void anyCall_headerOfARowIsDamaged_saysSo() {
        Arena memory = arena();
        try (ArenaTable damaged = new ArenaTable(new TableShape("damaged", KEY_BYTES, 10_000, 100), memory)) {
            damaged.put(key(1), row(500));
            memory.set(Arena.EXTENT_WORDS, -1); // the index has the first extent

            assertDamage(() -> damaged.get(key(1)));
            assertDamage(() -> damaged.put(key(1), row(1)));
            assertDamage(() -> damaged.forEach((key, row) -> {}));
        }
    }

    private static void assertDamage(Executable call) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThatThrownBy(call::execute)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("table damaged")
                        .hasMessageContaining("restart the engine"));
    }

    /** Lengths grow over time, so that holes left by short rows are of no use to later ones. */
    @Test
    void memory_whateverTheLengths_staysNearTheRows() {
        Random random = new Random(seed);
        int rounds = TestScale.count(200_000);
        long kept = 0;
        for (int i = 0; i < rounds; i++) {
            int scale = 1 + (int) (i * 32L / rounds);
            table.put(key(i), new byte[random.nextInt(AVERAGE_ROW_BYTES * scale)]);
            while (table.bytes() > 8 * MEBIBYTE) {
                table.remove(key(random.nextInt(i + 1)));
            }
            kept = Math.max(kept, memoryBytes());
        }

        assertThat(table.bytes()).isGreaterThan(7 * MEBIBYTE);
        assertThat(kept).as("seed %d", seed).isLessThan(table.bytes() * 3 / 2 + 3 * MEBIBYTE);
    }

    /** Rows go in the order in which they came, for ever: neither rows nor index may grow. */
    @Test
    void memory_rowsThatComeAndGoInOrder_staysAsItIs() {
        int standing = 5_000;
        long full = 0;
        for (int i = 0; i < TestScale.count(1_000_000); i++) {
            table.put(key(i), row(100));
            table.remove(key(i - standing));
            full = i == 2 * standing ? memoryBytes() : full;
        }

        assertThat(table.size()).isEqualTo(standing);
        assertThat(memoryBytes()).isLessThan(2 * full + MEBIBYTE);
    }

    /**
     * A writer inserts, replaces, deletes and clears rows, so that extents and segments come to new uses under the readers. A row
     * names its key and a version, and the writer says what version stands for sure.
     */
    @Test
    void readers_besideRecycledMemory_seeNoTornStrangeOrStaleRow() throws Exception {
        int keys = 3_000;
        AtomicIntegerArray stands = new AtomicIntegerArray(keys);
        AtomicBoolean written = new AtomicBoolean();
        CountDownLatch reading = new CountDownLatch(READERS);
        ExecutorService pool = Executors.newFixedThreadPool(READERS);
        try {
            List<Future<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                long readerSeed = seed + i;
                readers.add(pool.submit(() -> read(new Random(readerSeed), stands, reading, written)));
            }
            write(new Random(seed), stands, reading);
            written.set(true);
            int found = 0;
            for (Future<Integer> reader : readers) {
                found += reader.get();
            }
            assertThat(found).isPositive();
        } finally {
            written.set(true);
            pool.shutdown();
        }
    }

    /**
     * Says of each key, as twice a version, what every reader has to see: with one more, that the row of this version stands; without,
     * that no older one does; negated, that it is about to go. It waits once, until all readers have found a row.
     */
    private void write(Random random, AtomicIntegerArray stands, CountDownLatch reading) throws InterruptedException {
        int keys = stands.length();
        for (int i = 1; i <= TestScale.count(60_000, 2_000_000, 20_000_000); i++) {
            int number = random.nextInt(keys);
            int die = random.nextInt(100_000);
            if (die < 2) {
                for (int j = 0; j < keys; j++) {
                    stands.set(j, -stands.get(j));
                }
                table.clear();
                for (int j = 0; j < keys; j++) {
                    stands.set(j, 2 * i);
                }
            } else if (die < 20_000) {
                stands.set(number, -stands.get(number));
                table.remove(key(number));
                stands.set(number, 2 * i);
            } else {
                table.put(key(number), versioned(number, i, randomLength(random)));
                stands.set(number, 2 * i + 1);
                if (reading.getCount() > 0) {
                    assertThat(reading.await(60, TimeUnit.SECONDS)).isTrue();
                }
            }
        }
    }

    private int read(Random random, AtomicIntegerArray stands, CountDownLatch reading, AtomicBoolean written) {
        int found = 0;
        while (!written.get()) {
            int number = random.nextInt(stands.length());
            int before = stands.get(number);
            byte[] row = table.get(key(number));
            int after = stands.get(number);
            if (row == null) {
                assertThat(before > 0 && before % 2 == 1 && before == after)
                        .as("row %d stood before and after, seed %d", number, seed)
                        .isFalse();
            } else {
                if (found++ == 0) {
                    reading.countDown();
                }
                assertThat(version(row, number))
                        .as("row %d, seed %d", number, seed)
                        .isGreaterThanOrEqualTo(Math.abs(before) / 2);
            }
        }
        return found;
    }

    @Test
    void forEach_besideAWriter_showsEveryRowThatStands() throws Exception {
        int standing = 20_000;
        for (int i = 0; i < standing; i++) {
            table.put(key(i), versioned(i, 1, 40));
        }
        AtomicBoolean shown = new AtomicBoolean();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<?> writer = pool.submit(() -> {
                Random random = new Random(seed);
                for (int i = 2; !shown.get(); i++) {
                    int number = standing + random.nextInt(60_000);
                    table.put(key(number), versioned(number, i, randomLength(random)));
                    table.remove(key(standing + random.nextInt(60_000)));
                    int replaced = random.nextInt(standing);
                    table.put(key(replaced), versioned(replaced, i, randomLength(random)));
                }
            });
            for (int round = 0; round < TestScale.count(100); round++) {
                Set<Integer> numbers = new HashSet<>();
                table.forEach((key, row) -> {
                    int number = (int) ByteBuffer.wrap(key).getLong(16);
                    version(row, number);
                    numbers.add(number);
                });
                for (int i = 0; i < standing; i++) {
                    assertThat(numbers.contains(i))
                            .as("row %d of round %d, seed %d", i, round, seed)
                            .isTrue();
                }
            }
            shown.set(true);
            writer.get();
        } finally {
            shown.set(true);
            pool.shutdown();
        }
    }

    @Test
    void exchange_anyMayFindNoMemory_isDoneOrHasChangedNothing() {
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < TestScale.count(50); round++) {
            ScarceArena scarce = new ScarceArena(random);
            Map<Integer, Integer> expected = new HashMap<>();
            try (ArenaTable scarceTable = new ArenaTable(new TableShape("scarce", KEY_BYTES, 10_000, 100), scarce)) {
                for (int i = 1; i <= 3_000; i++) {
                    int number = random.nextInt(2_000);
                    scarce.scarce = random.nextInt(3) == 0;
                    try {
                        if (random.nextInt(4) == 0) {
                            scarceTable.remove(key(number));
                            expected.remove(number);
                        } else {
                            scarceTable.put(key(number), versioned(number, i, 4 * randomLength(random)));
                            expected.put(number, i);
                        }
                    } catch (OutOfMemoryError | IllegalStateException e) {
                        assertThat(e).isIn(ScarceArena.NONE, ScarceArena.UNMAPPED);
                    }
                    scarceTable.endRecord();
                }
                scarce.scarce = false;
                Map<Integer, Integer> found = new HashMap<>();
                scarceTable.forEach((key, row) -> {
                    int number = (int) ByteBuffer.wrap(key).getLong(16);
                    found.put(number, version(row, number));
                    assertThat(scarceTable.get(key)).isEqualTo(row);
                });
                assertThat(found).as("round %d, seed %d", round, seed).isEqualTo(expected);
                scarceTable.clear();
                assertThat(scarceTable.memoryBytes())
                        .as("memory that no row has, but the reserve; round %d, seed %d", round, seed)
                        .isLessThanOrEqualTo(Arena.EXTENT_BYTES);
            }
            refused += scarce.refused;
        }
        assertThat(refused).as("of all rounds together, seed %d", seed).isPositive();
    }

    @Test
    void replace_rowsBeforeARefusal_canBeTakenBackWithoutMemory() {
        ScarceArena scarce = new ScarceArena(new Random(seed));
        try (ArenaTable scarceTable = new ArenaTable(new TableShape("scarce", KEY_BYTES, 10_000, 100), scarce)) {
            for (int i = 0; i < 500; i++) {
                scarceTable.put(key(i), row(1_000));
            }
            scarce.always = true;
            Map<Integer, byte[]> before = new HashMap<>();
            int changed = 0;
            try {
                for (; changed < 500; changed++) {
                    before.put(changed, scarceTable.exchange(key(changed), row(1_001)));
                }
            } catch (OutOfMemoryError | IllegalStateException e) {
                assertThat(changed).isLessThan(500);
            }
            scarceTable.beginTakeBack();
            for (int i = changed - 1; i >= 0; i--) {
                scarceTable.put(key(i), before.get(i));
            }
            scarceTable.endRecord();
            for (int i = 0; i < 500; i++) {
                assertThat(scarceTable.get(key(i))).isEqualTo(row(1_000));
            }
        }
    }

    /** A record after a refused one may find a little room, and must leave the reserve to the one that needs it. */
    @Test
    void replace_manyRecordsAfterARefusal_canAllBeTakenBack() {
        for (int standing : new int[] {120, 500}) {
            ScarceArena scarce = new ScarceArena(new Random(seed));
            try (ArenaTable scarceTable = new ArenaTable(new TableShape("scarce", KEY_BYTES, 10_000, 100), scarce)) {
                for (int i = 0; i < standing; i++) {
                    scarceTable.put(key(i), row(1_000));
                }
                scarce.always = true;
                int refused = 0;
                for (int i = 0; i < standing; i++) {
                    refused += replaceAndPut(scarceTable, i, standing + i) ? 0 : 1;
                    boolean isWritten = scarceTable.get(key(standing + i)) != null;
                    assertThat(scarceTable.get(key(i)))
                            .as("row %d of %d, seed %d", i, standing, seed)
                            .isEqualTo(row(isWritten ? 10 : 1_000));
                }
                assertThat(refused).isGreaterThan(standing / 3);
            }
        }
    }

    /** Writes a record of two rows, and takes it back if there is no memory for the second one. */
    private static boolean replaceAndPut(ArenaTable scarceTable, int replaced, int added) {
        byte[] before = null;
        try {
            before = scarceTable.exchange(key(replaced), row(10));
            scarceTable.put(key(added), row(1_000));
            scarceTable.endRecord();
            return true;
        } catch (OutOfMemoryError | IllegalStateException e) {
            scarceTable.beginTakeBack();
            if (before != null) {
                scarceTable.put(key(replaced), before);
            }
            scarceTable.endRecord();
            return false;
        }
    }

    @Test
    void replace_largeRowsByShortOnes_canBeTakenBackWithoutMemory() {
        ScarceArena scarce = new ScarceArena(new Random(seed));
        try (ArenaTable scarceTable = new ArenaTable(new TableShape("scarce", KEY_BYTES, 10_000, 100), scarce)) {
            int large = 30;
            for (int i = 0; i < large; i++) {
                scarceTable.put(key(i), row(250_000));
            }
            scarceTable.endRecord();
            scarce.always = true;
            for (int i = 0; i < large; i++) {
                scarceTable.put(key(i), row(10));
            }
            scarceTable.beginTakeBack();
            for (int i = large - 1; i >= 0; i--) {
                scarceTable.put(key(i), row(250_000));
            }
            scarceTable.endRecord();

            for (int i = 0; i < large; i++) {
                assertThat(scarceTable.get(key(i))).isEqualTo(row(250_000));
            }
        }
    }

    @Test
    void put_largeRowWithoutMemory_leavesItsRoomToOthers() {
        ScarceArena scarce = new ScarceArena(new Random(seed));
        try (ArenaTable scarceTable = new ArenaTable(new TableShape("scarce", KEY_BYTES, 10_000, 100), scarce)) {
            for (int i = 0; i < 150; i++) {
                scarceTable.put(key(i), row(1_000));
            }
            scarce.always = true;
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(() -> scarceTable.put(key(0), row(250_000)))
                        .isIn(ScarceArena.NONE, ScarceArena.UNMAPPED);
            }
            for (int i = 150; i < 200; i++) {
                scarceTable.put(key(i), row(1_000));
            }
            for (int i = 0; i < 200; i++) {
                assertThat(scarceTable.get(key(i))).isEqualTo(row(1_000));
            }
        }
    }

    @Test
    void remove_manyHolesAndNoMemory_goesThrough() {
        ScarceArena scarce = new ScarceArena(new Random(seed));
        try (ArenaTable scarceTable = new ArenaTable(new TableShape("scarce", KEY_BYTES, 10_000, 100), scarce)) {
            for (int i = 0; i < 5_000; i++) {
                scarceTable.put(key(i), row(1_000));
            }
            scarce.always = true;
            for (int i = 0; i < 5_000; i++) {
                if (i % 10 > 0) {
                    scarceTable.remove(key(i));
                    scarceTable.endRecord();
                }
            }
            for (int i = 0; i < 5_000; i++) {
                assertThat(scarceTable.get(key(i))).isEqualTo(i % 10 > 0 ? null : row(1_000));
            }
        }
    }

    /** Row with its number and version at both ends and in each word between. */
    private static byte[] versioned(int number, int version, int length) {
        ByteBuffer row = ByteBuffer.allocate(8 + length / 8 * 8);
        while (row.hasRemaining()) {
            row.putInt(number).putInt(version);
        }
        return row.array();
    }

    private int version(byte[] row, int number) {
        ByteBuffer words = ByteBuffer.wrap(row);
        long first = words.getLong();
        assertThat((int) (first >>> 32)).as("number of the row, seed %d", seed).isEqualTo(number);
        while (words.hasRemaining()) {
            if (words.getLong() != first) {
                throw new AssertionError("Expected row " + number + " whole, but it is torn; seed " + seed);
            }
        }
        return (int) first;
    }

    private static int randomLength(Random random) {
        return random.nextInt(200) == 0 ? random.nextInt(60_000) : random.nextInt(AVERAGE_ROW_BYTES);
    }

    /** An arena on the heap that has no memory now and then. */
    private static final class ScarceArena extends ForwardingArena {
        static final OutOfMemoryError NONE = new OutOfMemoryError("as the test wants it");
        static final IllegalStateException UNMAPPED = new IllegalStateException("Expected to map a file");

        private final Random random;
        private boolean scarce;
        private boolean always;
        private int refused;

        ScarceArena(Random random) {
            super(new HeapArena());
            this.random = random;
        }

        @Override
        public void add(int extent) {
            if (always || scarce && random.nextBoolean()) {
                refused++;
                if (random.nextBoolean()) {
                    throw UNMAPPED;
                }
                throw NONE;
            }
            super.add(extent);
        }
    }
}
