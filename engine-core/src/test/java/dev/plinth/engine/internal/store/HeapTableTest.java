package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HeapTableTest extends TableContractTest {
    @Override
    TableFactory factory() {
        return TableFactory.heap();
    }

    @Test
    void hasRoom_anyAmount_isTrue() {
        assertThat(table.hasRoom(Long.MAX_VALUE, Long.MAX_VALUE)).isTrue();
    }
}
