package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sets and places for which there is no memory now and then: what did not succeed has changed nothing. */
@Tag("scaled")
class ScarceSlabMemoryTest {
    private static final int SETS = 5;
    private static final int OPERATIONS = 3_000;

    private final long seed = TestScale.seed();
    private int exhausted;

    @Test
    void sets_anyOperationMayFindNoMemory_areAsBeforeItOrAsAfterIt() {
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(100); round++) {
            ScarceSlabMemory words = new ScarceSlabMemory(random);
            OrderedSets sets = new OrderedSets(new SlabHashMap(words), words);
            List<TreeSet<Long>> expected = new ArrayList<>();
            for (int i = 0; i < SETS; i++) {
                expected.add(new TreeSet<>());
            }
            long bound = 1L << 4 + random.nextInt(20);
            for (int i = 0; i < OPERATIONS; i++) {
                int which = random.nextInt(SETS);
                long number = random.nextLong(bound);
                words.scarce = random.nextInt(3) == 0;
                change(sets, expected.get(which), which, number, random.nextInt(3) > 0);
                words.scarce = false;
                if (random.nextInt(50) == 0) {
                    assertSame(sets, expected, round);
                }
            }
            assertSame(sets, expected, round);
        }
        assertThat(exhausted).as("operations without memory").isPositive();
    }

    @Test
    void places_anyOperationMayFindNoMemory_areAsBeforeItOrAsAfterIt() {
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(50); round++) {
            ScarceSlabMemory words = new ScarceSlabMemory(random);
            RowLocations locations = new RowLocations(new SlabHashMap(words), words);
            TreeMap<Long, byte[]> expected = new TreeMap<>();
            for (int i = 0; i < OPERATIONS; i++) {
                long number = random.nextInt(20_000);
                byte[] key = new byte[16];
                random.nextBytes(key);
                words.scarce = random.nextInt(3) == 0;
                try {
                    if (random.nextInt(3) > 0) {
                        locations.put(number, 7, key);
                        expected.put(number, key);
                    } else {
                        locations.remove(number);
                        expected.remove(number);
                    }
                } catch (OutOfMemoryError e) {
                    exhausted++;
                }
                words.scarce = false;
            }
            for (long number = 0; number < 20_000; number++) {
                byte[] place = locations.get(number);
                byte[] key = place == null ? null : Arrays.copyOfRange(place, 1, place.length);
                assertThat(key).as("place of %d; %s", number, where(round)).isEqualTo(expected.get(number));
            }
        }
        assertThat(exhausted).as("operations without memory").isPositive();
    }

    private void change(OrderedSets sets, TreeSet<Long> expected, int which, long number, boolean adds) {
        try {
            if (adds) {
                sets.add(set(which), number);
                expected.add(number);
            } else {
                sets.remove(set(which), number);
                expected.remove(number);
            }
        } catch (OutOfMemoryError e) {
            exhausted++;
        }
    }

    private void assertSame(OrderedSets sets, List<TreeSet<Long>> expected, int round) {
        for (int i = 0; i < SETS; i++) {
            List<Long> members = new ArrayList<>();
            SetKey set = set(i);
            for (long at = sets.ceiling(set, 0); at != Rows.NONE; at = sets.ceiling(set, at + 1)) {
                members.add(at);
            }
            assertThat(members).as("set %d; %s", i, where(round)).containsExactlyElementsOf(expected.get(i));
            assertThat(sets.size(set)).as("size of set %d; %s", i, where(round)).isEqualTo(members.size());
        }
    }

    private static SetKey set(int which) {
        return new SetKey(7, 1, which);
    }

    private String where(int round) {
        return TestScale.repeatWith(seed) + " round " + round;
    }

    /** Gives a block only now and then, while memory is scarce. */
    private static final class ScarceSlabMemory extends SlabMemory {
        private final Random random;
        private final List<long[]> extents = new ArrayList<>();
        private boolean scarce;

        ScarceSlabMemory(Random random) {
            this.random = random;
        }

        @Override
        public long allocate(int words) {
            if (scarce && random.nextInt(3) == 0) {
                throw new OutOfMemoryError("Java heap space");
            }
            return super.allocate(words);
        }

        @Override
        public long get(long at) {
            return extents.get((int) (at >>> SHIFT))[(int) at & MASK];
        }

        @Override
        public void set(long at, long word) {
            extents.get((int) (at >>> SHIFT))[(int) at & MASK] = word;
        }

        @Override
        protected void grow() {
            extents.add(new long[EXTENT_WORDS]);
        }

        @Override
        public void close() {
            extents.clear();
        }
    }
}
