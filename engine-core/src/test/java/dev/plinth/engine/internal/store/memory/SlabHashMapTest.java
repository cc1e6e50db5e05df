package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("scaled")
class SlabHashMapTest {
    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(Tables.class)
    void anyOperation_randomKeys_agreesWithHashMap(Tables kind) {
        Random random = new Random(seed);
        try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
            for (int round = 0; round < TestScale.count(20); round++) {
                slabs.clear();
                compare(new SlabHashMap(slabs), random, 1 << random.nextInt(15));
                assertThat(slabs.used()).as(TestScale.repeatWith(seed)).isPositive();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void put_manyKeys_findsAllAfterEverySplit(Tables kind) {
        try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
            SlabHashMap map = new SlabHashMap(slabs);
            int keys = TestScale.count(1_000_000);
            for (int i = 0; i < keys; i++) {
                map.put(i % 7, i, i % 3, i + 1L);
            }

            assertThat(map.size()).isEqualTo(keys);
            for (int i = 0; i < keys; i++) {
                assertThat(map.get(i % 7, i, i % 3)).isEqualTo(i + 1L);
            }
            assertThat(map.words() * Long.BYTES / keys).as("bytes for a key").isLessThan(80);
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void get_anyAddressAtAll_answersOrThrowsButStaysInItsMemory(Tables kind) {
        Random random = new Random(seed);
        try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
            slabs.allocate(8);
            assertThatThrownBy(() -> slabs.get(SlabMemory.EXTENT_WORDS)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> slabs.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
            int answered = 0;
            for (int i = 0; i < 100_000; i++) {
                long at = random.nextLong() >>> random.nextInt(64);
                try {
                    slabs.get(at);
                    answered++;
                } catch (IndexOutOfBoundsException outside) {
                    assertThat(at >>> SlabMemory.SHIFT).as("address %d", at).isNotZero();
                }
            }
            assertThat(answered).isPositive();
        }
    }

    @Test
    void forEach_sameKeysInTwoMaps_comeInDifferentOrders() {
        try (SlabMemory slabs = SlabMemory.onHeap()) {
            SlabHashMap one = new SlabHashMap(slabs);
            SlabHashMap other = new SlabHashMap(slabs);
            for (int i = 1; i <= 1_000; i++) {
                one.put(7, 7, i, i);
                other.put(7, 7, i, i);
            }

            assertThat(words(one)).isNotEqualTo(words(other)).hasSameElementsAs(words(other));
        }
    }

    private static List<Long> words(SlabHashMap map) {
        List<Long> words = new ArrayList<>();
        map.forEach((a, b, c, word) -> words.add(word));
        return words;
    }

    @Test
    void allocate_freedBlock_isGivenAgainAndHoldsZeros() {
        try (SlabMemory slabs = SlabMemory.onHeap()) {
            long block = slabs.allocate(4);
            slabs.set(block + 3, 17);
            slabs.free(block, 4);

            long again = slabs.allocate(4);

            assertThat(again).isEqualTo(block);
            for (int i = 0; i < 4; i++) {
                assertThat(slabs.get(again + i)).isZero();
            }
            assertThat(slabs.used()).isEqualTo(4);
        }
    }

    private void compare(SlabHashMap map, Random random, int range) {
        Map<List<Long>, Long> model = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            long a = random.nextInt(2);
            long b = random.nextInt(range);
            long c = random.nextInt(3);
            boolean grows = step / 5_000 % 2 == 0;
            if (random.nextInt(10) < (grows ? 8 : 2)) {
                map.put(a, b, c, step + 1L);
                model.put(List.of(a, b, c), step + 1L);
            } else {
                map.remove(a, b, c);
                model.remove(List.of(a, b, c));
            }
            assertThat(map.size()).as(TestScale.repeatWith(seed)).isEqualTo(model.size());
        }
        Map<List<Long>, Long> shown = new HashMap<>();
        map.forEach((a, b, c, word) -> shown.put(List.of(a, b, c), word));
        assertThat(shown).as(TestScale.repeatWith(seed)).isEqualTo(model);
        model.forEach((key, word) -> assertThat(map.get(key.get(0), key.get(1), key.get(2)))
                .as(TestScale.repeatWith(seed))
                .isEqualTo(word));
    }
}
