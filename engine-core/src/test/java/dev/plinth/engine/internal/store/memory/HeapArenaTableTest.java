package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.memory.arena.Arena;
import dev.plinth.engine.internal.store.memory.arena.HeapArena;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("scaled")
final class HeapArenaTableTest extends ArenaTableTest {
    @Override
    Arena arena() {
        return new HeapArena();
    }

    /** The walk goes on by a part of the hash, which some rows share. An import refuses a file with a row twice. */
    @Test
    void forEach_memoryIsRecycledBehindEachRow_showsEachRowOnce() {
        int standing = 200_000; // some 18 pairs of them share that part
        Arena memory = arena();
        try (ArenaTable walked = new ArenaTable(new TableShape("walked", KEY_BYTES, standing, 8), memory)) {
            for (int i = 0; i < standing; i++) {
                walked.put(key(i), row(8));
            }
            BitSet shown = new BitSet(standing);
            walked.forEach((key, row) -> {
                int number = (int) ByteBuffer.wrap(key).getLong(16);
                assertThat(shown.get(number))
                        .as("row %d was shown before", number)
                        .isFalse();
                shown.set(number);
                memory.recycle();
            });

            assertThat(shown.cardinality()).isEqualTo(standing);
        }
    }

    @Test
    void memory_allRowsRemoved_isGivenBack() {
        int rows = TestScale.count(1_000_000);
        for (int i = 0; i < rows; i++) {
            table.put(key(i), row(100));
        }
        assertThat(memoryBytes()).isGreaterThan(100L * rows);
        for (int i = 0; i < rows; i++) {
            table.remove(key(i));
            table.endRecord();
        }

        assertThat(memoryBytes()).isLessThan(MEBIBYTE);
        table.put(key(1), row(100));
        assertThat(table.get(key(1))).isEqualTo(row(100));
    }
}
