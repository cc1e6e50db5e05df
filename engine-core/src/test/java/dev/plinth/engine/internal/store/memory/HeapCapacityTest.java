package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.TestRows;
import dev.plinth.engine.internal.store.memory.arena.HeapArena;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The limit of the heap counts the memory that tables have, and not only what their rows need. */
class HeapCapacityTest {
    private static final int ROWS = 60_000;
    private static final long MEBIBYTE = 1024 * 1024;

    private long sequence;

    @Test
    void lacks_indexOfRowsThatAreGone_countsUntilTheTableIsEmpty() {
        try (StoreTables tables =
                new StoreTables(heap(MEBIBYTE), new StoreSettings(Tables.HEAP, List.of(TestRows.TABLE), 100_000))) {
            List<Changes.Write> puts = new ArrayList<>();
            List<Changes.Write> removals = new ArrayList<>();
            for (int i = 0; i < ROWS; i++) {
                puts.add(put(i));
                removals.add(TestRows.removal(i));
            }
            apply(tables, puts);
            apply(tables, removals.subList(1, ROWS));

            assertThat(lack(tables))
                    .isNotNull()
                    .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(ProblemCode.CAPACITY_EXHAUSTED));

            apply(tables, removals.subList(0, 1));

            assertThat(lack(tables)).isNull();
        }
    }

    private static Refusal lack(StoreTables tables) {
        return tables.lacks(List.of(put(ROWS)), ReserveAccess.OPERATOR, workspace -> {
            throw new IllegalStateException("Expected no question for a plan");
        });
    }

    private void apply(StoreTables tables, List<Changes.Write> writes) {
        sequence++;
        tables.replay(new Record(1, 1, sequence, sequence, ROWS, writes, false));
    }

    private static Changes.Write put(int id) {
        return new Changes.Write(
                TestRows.TABLE,
                TestRows.key(id),
                new RowWriter(1).number(id + 1).number(id).row());
    }

    private static TableFactory heap(long memoryMax) {
        return new TableFactory() {
            @Override
            public Table create(String name, int keyBytes, long expectedRows, int averageRowBytes) {
                return new ArenaTable(new TableShape(name, keyBytes, expectedRows, averageRowBytes), new HeapArena());
            }

            @Override
            public SlabMemory slabs() {
                return SlabMemory.onHeap();
            }

            @Override
            public long memoryMax() {
                return memoryMax;
            }
        };
    }
}
