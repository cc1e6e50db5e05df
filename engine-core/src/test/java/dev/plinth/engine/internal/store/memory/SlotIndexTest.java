package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.memory.arena.Arena;
import dev.plinth.engine.internal.store.memory.arena.HeapArena;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("scaled")
class SlotIndexTest {
    private static final int KEY_BYTES = 8;
    private static final byte[] ROW = {};

    private final long seed = TestScale.seed();
    private final Arena arena = new HeapArena();
    private final RowLog rows = new RowLog(arena, KEY_BYTES, 1);
    private final SlotIndex index = new SlotIndex(arena, rows);

    /** Hashes that share more and more of their first bits drive some segments to the deepest directory. */
    @Test
    void find_hashesOfAnyDistribution_agreesWithAModel() {
        Random random = new Random(seed);
        for (int shared = 0; shared <= 19; shared++) {
            index.clear();
            rows.clear();
            Map<Long, Long> parts = new HashMap<>();
            Map<Long, Long> addresses = new HashMap<>();
            for (int i = 0; i < TestScale.count(40_000); i++) {
                long number =
                        random.nextInt(1 << 30 - Math.max(20, shared)); // more would not fit below the deepest segments
                Long at = addresses.get(number);
                if (at == null) {
                    long part = parts.computeIfAbsent(number, absent -> random.nextLong(1L << SlotIndex.PART_BITS))
                            >>> shared;
                    parts.put(number, part);
                    index.prepare(part);
                    long made = rows.append(key(number), ROW);
                    index.insert(part, made);
                    addresses.put(number, made);
                } else {
                    index.remove(parts.get(number), at);
                    addresses.remove(number);
                    parts.remove(number);
                }
            }
            for (long number = 0; number < 1 << 10; number++) {
                long expected = addresses.getOrDefault(number, 0L);
                long part = parts.getOrDefault(number, 0L);
                assertThat(index.find(part, key(number)))
                        .as("row %d, %d bits shared, seed %d", number, shared, seed)
                        .isEqualTo(expected);
            }
            assertThat(walked()).as("%d bits shared, seed %d", shared, seed).isEqualTo(addresses.size());
        }
    }

    @Test
    void prepare_moreEqualHashesThanASegmentTakes_isRefusedAndChangesNothing() {
        int put = 0;
        try {
            for (; put < 2_000; put++) {
                index.prepare(7);
                index.insert(7, rows.append(key(put), ROW));
            }
        } catch (IllegalStateException refused) {
            assertThat(refused).hasMessageContaining("Expected at most 500000000 rows in one table");
        }

        assertThat(put).isBetween(500, 1_016);
        assertThatThrownBy(() -> index.prepare(7)).isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < put; i++) {
            assertThat(index.find(7, key(i))).isPositive();
        }
        assertThat(walked()).isEqualTo(put);
    }

    /** A recovery may find other marks than the process before it, and has to take as many rows. */
    @Test
    void prepare_deepestSegmentWithMarks_takesAsManyRowsAsWithoutMarks() {
        int most = 762;
        Map<Integer, Long> addresses = new HashMap<>();
        for (int i = 0; i < most; i++) {
            addresses.put(i, inserted(i));
        }
        Random random = new Random(seed);
        for (int i = most; i < 3 * most; i++) {
            int removed = random.nextInt(i);
            while (!addresses.containsKey(removed)) {
                removed = random.nextInt(i);
            }
            index.remove(equalPrefix(removed), addresses.remove(removed));
            addresses.put(i, inserted(i));
        }

        addresses.forEach((number, at) -> assertThat(index.find(equalPrefix(number), key(number)))
                .as("row %d, seed %d", number, seed)
                .isEqualTo(at));
        assertThat(walked()).isEqualTo(most);
    }

    private long inserted(int number) {
        index.prepare(equalPrefix(number));
        long at = rows.append(key(number), ROW);
        index.insert(equalPrefix(number), at);
        return at;
    }

    /** The first 20 bits, which choose a segment, are equal. */
    private static long equalPrefix(int number) {
        return 7L << 10 | number % 100;
    }

    private int walked() {
        int count = 0;
        long part = 0;
        long last = -1;
        while (part < 1L << SlotIndex.PART_BITS) {
            SlotIndex.Walk walk = index.walk(part);
            for (int i = 0; i < walk.size(); i++) {
                assertThat(walk.part(i)).isGreaterThanOrEqualTo(last);
                last = walk.part(i);
            }
            count += walk.size();
            part = walk.end();
        }
        return count;
    }

    private static byte[] key(long number) {
        return ByteBuffer.allocate(KEY_BYTES).putLong(number).array();
    }
}
