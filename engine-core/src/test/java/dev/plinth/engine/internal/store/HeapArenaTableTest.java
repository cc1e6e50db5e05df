package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HeapArenaTableTest extends ArenaTableTest {
    @Override
    Arena arena() {
        return new HeapArena();
    }

    @Test
    void memory_allRowsRemoved_isGivenBack() {
        for (int i = 0; i < 20_000; i++) {
            table.put(key(i), row(500));
        }
        assertThat(memoryBytes()).isGreaterThan(10 * MEBIBYTE);
        for (int i = 0; i < 20_000; i++) {
            table.remove(key(i));
        }

        assertThat(memoryBytes()).isLessThan(5 * MEBIBYTE / 2);
    }
}
