package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import dev.plinth.engine.settings.Tables;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("scaled")
class RowLocationsTest {
    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(Tables.class)
    void anyOperation_randomNumbers_agreesWithHashMapAndLeavesNothing(Tables kind) {
        Random random = new Random(seed);
        try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
            SlabHashMap map = new SlabHashMap(slabs);
            RowLocations locations = new RowLocations(map, slabs);
            Map<Long, byte[]> model = new HashMap<>();
            for (int step = 0; step < TestScale.count(200_000); step++) {
                long number = random.nextInt(2_000);
                if (random.nextInt(3) > 0) {
                    byte[] key = new byte[8 * (1 + random.nextInt(4))];
                    random.nextBytes(key);
                    locations.put(number, 5, key);
                    model.put(number, key);
                } else {
                    locations.remove(number);
                    model.remove(number);
                }
            }
            for (long number = 0; number < 2_000; number++) {
                byte[] key = model.get(number);
                byte[] place = locations.get(number);
                assertThat(place == null ? null : Arrays.copyOfRange(place, 1, place.length))
                        .as("number %d, %s", number, TestScale.repeatWith(seed))
                        .isEqualTo(key);
            }
            AtomicInteger shown = new AtomicInteger();
            locations.forEach((number, place) -> shown.incrementAndGet());
            assertThat(shown).hasValue(model.size());
            model.keySet().forEach(locations::remove);
            assertThat(map.size()).isZero();
            assertThat(slabs.used()).isEqualTo(map.words());
        }
    }

    @Test
    void put_keyThatDoesNotFit_isRefused() {
        try (SlabMemory slabs = SlabMemory.onHeap()) {
            RowLocations locations = new RowLocations(new SlabHashMap(slabs), slabs);

            assertThatThrownBy(() -> locations.put(1, 5, new byte[40]))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("40 bytes in table 5");
        }
    }
}
