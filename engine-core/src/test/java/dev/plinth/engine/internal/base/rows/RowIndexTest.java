package dev.plinth.engine.internal.base.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Changes rows at random, and compares the sets with those of the same rows put anew. */
@Tag("scaled")
final class RowIndexTest {
    private static final int ROUNDS = TestScale.count(500);
    private static final int CHANGES = 40;
    private static final int KEYS = 6;
    private static final int WORDS = 4;
    private static final int NUMBERS = 3;

    /** A row is its number, its word and its group; group 0 is none. */
    private static final TableName<?> TABLE =
            TableName.of(99, "things", 1, 3, 1, TableName.Owner.ENGINE, new RowIndex<>(row -> row, RowIndexTest::tell));

    private final long seed = TestScale.seed();
    private final Random random = new Random(seed);

    private static void tell(byte[] key, byte[] row, RowSets sets) {
        long number = (long) row[0] * KEYS + key[0];
        sets.place(number);
        sets.member(SetKey.of(1, row[1]), number);
        if (row[2] != 0) {
            sets.member(SetKey.of(2, row[2]), number, SetKey.of(3, 0), row[2]);
        }
    }

    @Test
    void sets_afterChanges_areThoseOfTheRowsThatAreLeft() {
        for (int round = 0; round < ROUNDS; round++) {
            Sets changed = new Sets();
            Map<Byte, byte[]> rows = new HashMap<>();
            for (int i = 0; i < CHANGES; i++) {
                byte key = (byte) random.nextInt(KEYS);
                byte[] row = row();
                byte[] before = row == null ? rows.remove(key) : rows.put(key, row);
                TABLE.index().update(TABLE, new byte[] {key}, before, row, changed);
            }

            Sets made = new Sets();
            rows.forEach((key, row) -> TABLE.index().update(TABLE, new byte[] {key}, null, row, made));

            assertThat(changed.shown()).as("seed %d", seed).isEqualTo(made.shown());
        }
    }

    @Test
    void change_ofNoSet_touchesNone() {
        Sets sets = new Sets();
        byte[] key = {1};
        TABLE.index().update(TABLE, key, null, new byte[] {1, 2, 3}, sets);
        sets.calls.clear();

        TABLE.index().update(TABLE, key, new byte[] {1, 2, 3}, new byte[] {1, 2, 3}, sets);

        assertThat(sets.calls).isEmpty();
    }

    private byte @Nullable [] row() {
        return random.nextInt(4) == 0
                ? null
                : new byte[] {(byte) random.nextInt(NUMBERS), (byte) random.nextInt(WORDS), (byte) random.nextInt(WORDS)
                };
    }

    private static final class Sets extends Memberships {
        private final Map<String, TreeSet<Long>> members = new TreeMap<>();
        private final Map<Long, Byte> places = new TreeMap<>();
        private final List<String> calls = new ArrayList<>();

        List<Object> shown() {
            members.values().removeIf(TreeSet::isEmpty);
            return List.of(members, places);
        }

        private TreeSet<Long> of(SetKey set) {
            return members.computeIfAbsent(set.toString(), unknown -> new TreeSet<>());
        }

        @Override
        public void add(SetKey set, long number) {
            calls.add("add " + set);
            of(set).add(number);
        }

        @Override
        public boolean remove(SetKey set, long number) {
            calls.add("remove " + set);
            of(set).remove(number);
            return of(set).isEmpty();
        }

        @Override
        public void place(long number, TableName<?> table, byte[] key) {
            calls.add("place " + number);
            places.put(number, key[0]);
        }

        @Override
        public void unplace(long number) {
            calls.add("unplace " + number);
            places.remove(number);
        }
    }
}
