package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("scaled")
class OrderedSetsTest {
    private static final int LIST_MEMBERS_MAX = 32;
    private static final long HUGE = 1L << 62;
    private static final SetKey SET = new SetKey(7, 1, 2);
    private static final SetKey NEIGHBOUR = new SetKey(7, 1, 3);
    private static final SetKey OTHER_KIND = new SetKey(8, 1, 2);

    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(Tables.class)
    void anyOperation_randomNumbers_agreesWithTreeSet(Tables kind) {
        int rounds = TestScale.count(100);
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
                SlabHashMap map = new SlabHashMap(slabs);
                compare(new OrderedSets(map, slabs), map, slabs, random, bound(random));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void add_oneMoreThanAListTakes_keepsAllMembersInOrder(Tables kind) {
        try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
            SlabHashMap map = new SlabHashMap(slabs);
            OrderedSets sets = new OrderedSets(map, slabs);
            List<Long> expected = new ArrayList<>();
            for (long i = 0; i < LIST_MEMBERS_MAX; i++) {
                sets.add(SET, i * 1000);
                expected.add(i * 1000);
            }
            assertThat(upwards(sets, SET)).isEqualTo(expected);

            sets.add(SET, 500);
            expected.add(1, 500L);

            assertThat(upwards(sets, SET)).isEqualTo(expected);
            assertThat(sets.size(SET)).isEqualTo(LIST_MEMBERS_MAX + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void add_memberThatIsThere_countsOnce(Tables kind) {
        try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
            SlabHashMap map = new SlabHashMap(slabs);
            OrderedSets sets = new OrderedSets(map, slabs);
            for (int i = 0; i < 2; i++) {
                for (long number = 0; number < 2 * LIST_MEMBERS_MAX; number++) {
                    sets.add(SET, number);
                    sets.add(SET, number);
                }
            }

            assertThat(sets.size(SET)).isEqualTo(2 * LIST_MEMBERS_MAX);
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void remove_allMembers_leavesNoRow(Tables kind) {
        try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
            SlabHashMap map = new SlabHashMap(slabs);
            OrderedSets sets = new OrderedSets(map, slabs);
            for (long i = 0; i < 100; i++) {
                sets.add(SET, i * (HUGE / 100));
            }
            for (long i = 0; i < 100; i++) {
                sets.remove(SET, i * (HUGE / 100));
                sets.remove(SET, i * (HUGE / 100));
            }

            assertThat(map.size()).isZero();
            assertThat(slabs.used()).isEqualTo(map.words());
            assertThat(sets.size(SET)).isZero();
            assertThat(sets.floor(SET, HUGE)).isEqualTo(Rows.NONE);
            assertThat(sets.ceiling(SET, 0)).isEqualTo(Rows.NONE);
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void find_membersAtTheEdges_areFound(Tables kind) {
        try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
            SlabHashMap map = new SlabHashMap(slabs);
            OrderedSets sets = new OrderedSets(map, slabs);
            for (long i = 0; i < LIST_MEMBERS_MAX; i++) {
                sets.add(SET, 1000 + i);
            }
            sets.add(SET, 0);
            sets.add(SET, Long.MAX_VALUE);

            assertThat(sets.floor(SET, 0)).isZero();
            assertThat(sets.floor(SET, -1)).isEqualTo(Rows.NONE);
            assertThat(sets.floor(SET, 999)).isZero();
            assertThat(sets.floor(SET, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
            assertThat(sets.floor(SET, Long.MAX_VALUE - 1)).isEqualTo(999 + LIST_MEMBERS_MAX);
            assertThat(sets.ceiling(SET, -5)).isZero();
            assertThat(sets.ceiling(SET, 1)).isEqualTo(1000);
            assertThat(sets.ceiling(SET, 1000 + LIST_MEMBERS_MAX)).isEqualTo(Long.MAX_VALUE);
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void add_otherSets_areNotTouched(Tables kind) {
        try (SlabMemory slabs = TableFactory.of(kind).slabs()) {
            SlabHashMap map = new SlabHashMap(slabs);
            OrderedSets sets = new OrderedSets(map, slabs);
            for (long i = 0; i < 100; i++) {
                sets.add(SET, i);
                sets.add(NEIGHBOUR, i + 1000);
            }
            sets.add(OTHER_KIND, 5);
            for (long i = 0; i < 100; i++) {
                sets.remove(SET, i);
            }

            assertThat(upwards(sets, NEIGHBOUR)).hasSize(100).startsWith(1000L).endsWith(1099L);
            assertThat(upwards(sets, OTHER_KIND)).containsExactly(5L);
        }
    }

    private void compare(OrderedSets sets, SlabHashMap map, SlabMemory slabs, Random random, long bound) {
        TreeSet<Long> model = new TreeSet<>();
        int steps = 300;
        for (int step = 0; step < steps; step++) {
            // Phases that grow and phases that shrink, so that sets cross the border between list and trie both ways.
            boolean grows = step / 75 % 2 == 0;
            long number = !model.isEmpty() && random.nextInt(4) == 0 ? member(model, random) : number(random, bound);
            if (random.nextInt(10) < (grows ? 8 : 2)) {
                sets.add(SET, number);
                model.add(number);
            } else {
                long gone = model.isEmpty() || random.nextBoolean() ? number : member(model, random);
                sets.remove(SET, gone);
                model.remove(gone);
            }
            check(sets, model, number(random, bound), step);
            check(sets, model, number, step);
        }
        assertThat(upwards(sets, SET)).as(TestScale.repeatWith(seed)).isEqualTo(new ArrayList<>(model));
        assertThat(downwards(sets)).as(TestScale.repeatWith(seed)).isEqualTo(new ArrayList<>(model.descendingSet()));
        new ArrayList<>(model).forEach(number -> sets.remove(SET, number));
        assertThat(map.size())
                .as("words left of an emptied set, %s", TestScale.repeatWith(seed))
                .isZero();
        assertThat(slabs.used())
                .as("blocks left of an emptied set, %s", TestScale.repeatWith(seed))
                .isEqualTo(map.words());
    }

    private void check(OrderedSets sets, TreeSet<Long> model, long probe, int step) {
        String where = "step " + step + ", probe " + probe + ", " + TestScale.repeatWith(seed);
        assertThat(sets.size(SET)).as(where).isEqualTo(model.size());
        assertThat(sets.floor(SET, probe)).as(where).isEqualTo(orNone(model.floor(probe)));
        assertThat(sets.ceiling(SET, probe)).as(where).isEqualTo(orNone(model.ceiling(probe)));
    }

    private static long orNone(Long member) {
        return member == null ? Rows.NONE : member;
    }

    private static long member(TreeSet<Long> model, Random random) {
        Long from = model.ceiling((long) (random.nextDouble() * model.last()));
        return from == null ? model.first() : from;
    }

    private static long number(Random random, long bound) {
        return (long) (random.nextDouble() * bound) & ~(random.nextInt(5) == 0 ? 511L : 0);
    }

    private static long bound(Random random) {
        long[] bounds = {40, 512, 513, 5_000, 300_000, 1L << 27, 1L << 45, HUGE};
        return bounds[random.nextInt(bounds.length)];
    }

    private static List<Long> upwards(OrderedSets sets, SetKey set) {
        List<Long> members = new ArrayList<>();
        long next = sets.ceiling(set, 0);
        while (next != Rows.NONE) {
            assertThat(members).as("members in ascending order").doesNotContain(next);
            members.add(next);
            next = next == Long.MAX_VALUE ? Rows.NONE : sets.ceiling(set, next + 1);
        }
        return members;
    }

    private static List<Long> downwards(OrderedSets sets) {
        List<Long> members = new ArrayList<>();
        long next = sets.floor(SET, Long.MAX_VALUE);
        while (next != Rows.NONE) {
            assertThat(members).as("members in descending order").doesNotContain(next);
            members.add(next);
            next = sets.floor(SET, next - 1);
        }
        return members;
    }
}
