package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ChronicleTableTest extends TableContractTest {
    private static final int SPREAD = 16;

    private final long seed = Long.getLong("plinth.test.seed", System.nanoTime());

    @Override
    TableFactory factory() {
        return TableFactory.chronicle();
    }

    @Test
    void put_rowOverTheLimit_namesTableLengthAndLimit() {
        byte[] row = new byte[table.maxRowBytes() + 1];

        assertThatThrownBy(() -> table.put(key(1), row))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Expected a row of at most 262144 bytes in table parcels, but got 262145;"
                        + " keep what is longer in pieces");
        assertCounts(0, 0);
    }

    @Test
    void put_asLongAsThereIsRoom_neverFailsWhateverTheLengths() {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        long rounds = 100_000;
        for (long i = 0; i < rounds; i++) {
            // Lengths grow over time, so that holes left by short rows are of no use to later ones.
            int scale = (int) (1 + i * 2 * SPREAD / rounds);
            byte[] row = new byte[random.nextInt(AVERAGE_ROW_BYTES * scale)];
            if (table.size() < table.rowsMax() && table.bytes() + KEY_BYTES + row.length <= table.bytesMax()) {
                table.put(key(i), row);
            } else {
                for (int j = 0; j < SPREAD; j++) {
                    table.remove(key(random.nextLong(i)));
                }
            }
        }

        assertThat(table.size()).isPositive();
    }
}
