package dev.plinth.engine.internal.base.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.settings.RetentionTimes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Staged rows show what the rows would be if the writes had been applied, in every question that can be asked of rows. */
@Tag("scaled")
final class StagedRowsTest {
    private static final int ROUNDS = TestScale.count(2_000);
    private static final int KEYS = 12;
    private static final int GROUPS = 3;
    /** A row is its group; its number is its key. It is in the set of its group, and in one of all groups that have rows. */
    private static final TableName<?> TABLE =
            TableName.of(99, "things", 1, 1, 1, TableName.Owner.ENGINE, new RowIndex<>(row -> row, (key, row, sets) -> {
                sets.place(key[0]);
                sets.member(group(row[0]), key[0], groups(), row[0]);
            }));

    private final long seed = TestScale.seed();
    private final Random random = new Random(seed);

    private static SetKey group(int group) {
        return SetKey.of(1, group);
    }

    private static SetKey groups() {
        return SetKey.of(2, 0);
    }

    @Test
    void rows_afterAnyWrites_areThoseThatWereAppliedDirectly() {
        for (int round = 0; round < ROUNDS; round++) {
            Applied base = new Applied();
            Applied expected = new Applied();
            for (Changes.Write write : writes()) {
                base.apply(write);
                expected.apply(write);
            }
            StagedRows staged = new StagedRows(base);
            for (Changes.Write write : writes()) {
                staged.stage(write);
                expected.apply(write);
                compare(staged, expected);
            }
            for (Changes.Write write : staged.writes()) {
                base.apply(write);
            }
            assertThat(base.rows).as("seed %d", seed).usingRecursiveComparison().isEqualTo(expected.rows);
        }
    }

    private List<Changes.Write> writes() {
        List<Changes.Write> writes = new ArrayList<>();
        for (int i = random.nextInt(10); i >= 0; i--) {
            byte[] key = {(byte) random.nextInt(KEYS)};
            byte[] row = random.nextInt(3) == 0 ? null : new byte[] {(byte) random.nextInt(GROUPS)};
            writes.add(new Changes.Write(TABLE, key, row));
        }
        return writes;
    }

    private void compare(Rows staged, Rows expected) {
        for (int number = 0; number <= KEYS; number++) {
            byte[] key = {(byte) number};
            assertThat(staged.get(TABLE, key)).as("seed %d", seed).isEqualTo(expected.get(TABLE, key));
            assertThat(staged.at(number)).as("seed %d", seed).isEqualTo(expected.at(number));
            assertThat(staged.keyAt(number)).as("seed %d", seed).isEqualTo(expected.keyAt(number));
            for (int group = 0; group <= GROUPS; group++) {
                SetKey set = group == GROUPS ? groups() : group(group);
                assertThat(staged.size(set)).as("seed %d", seed).isEqualTo(expected.size(set));
                assertThat(staged.floor(set, number)).as("seed %d", seed).isEqualTo(expected.floor(set, number));
                assertThat(staged.ceiling(set, number)).as("seed %d", seed).isEqualTo(expected.ceiling(set, number));
            }
        }
    }

    /** Rows to which writes are applied directly. */
    private static final class Applied extends Memberships implements Rows {
        private final Map<Byte, byte[]> rows = new HashMap<>();
        private final Map<SetKey, TreeSet<Long>> sets = new HashMap<>();
        private final Map<Long, byte[]> places = new HashMap<>();

        void apply(Changes.Write write) {
            byte[] row = write.row();
            byte[] before = row == null ? rows.remove(write.key()[0]) : rows.put(write.key()[0], row);
            TABLE.index().update(TABLE, write.key(), before, row, this);
        }

        private TreeSet<Long> members(SetKey set) {
            return sets.computeIfAbsent(set, unknown -> new TreeSet<>());
        }

        @Override
        public void add(SetKey set, long number) {
            members(set).add(number);
        }

        @Override
        public boolean remove(SetKey set, long number) {
            members(set).remove(number);
            return members(set).isEmpty();
        }

        @Override
        public void place(long number, TableName<?> table, byte[] key) {
            places.put(number, key);
        }

        @Override
        public void unplace(long number) {
            places.remove(number);
        }

        @Override
        public byte @Nullable [] get(TableName<?> table, byte[] key) {
            return rows.get(key[0]);
        }

        @Override
        public long floor(SetKey set, long number) {
            Long found = members(set).floor(number);
            return found == null ? NONE : found;
        }

        @Override
        public long ceiling(SetKey set, long number) {
            Long found = members(set).ceiling(number);
            return found == null ? NONE : found;
        }

        @Override
        public long size(SetKey set) {
            return members(set).size();
        }

        @Override
        public byte @Nullable [] at(long number) {
            byte[] key = places.get(number);
            return key == null ? null : rows.get(key[0]);
        }

        @Override
        public byte @Nullable [] keyAt(long number) {
            return places.get(number);
        }

        @Override
        public RetentionTimes retention() {
            return RetentionTimes.DEFAULT;
        }
    }
}
