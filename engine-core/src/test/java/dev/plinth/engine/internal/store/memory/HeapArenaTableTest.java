package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("scaled")
final class HeapArenaTableTest extends ArenaTableTest {
    @Override
    Arena arena() {
        return new HeapArena();
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
