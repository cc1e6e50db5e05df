package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class KeyHashTest {
    private static final int KEYS = 1 << 16;

    /** Chance gives 1 - 1/e = 63 % of the values to as many keys; {@code Arrays.hashCode} gave 12 %. */
    private static final int VALUES_MIN = KEYS * 6 / 10;

    @Test
    void of_countersBehindEqualPrefixes_spreadsInAllBits() {
        for (int shift = 0; shift <= Long.SIZE - 16; shift += 8) {
            Set<Long> values = new HashSet<>();
            for (int i = 0; i < KEYS; i++) {
                values.add(KeyHash.of(TableContractTest.key(i)) >>> shift & KEYS - 1);
            }

            assertThat(values.size()).as("16 bits from bit %d", shift).isGreaterThan(VALUES_MIN);
        }
    }

    @Test
    void of_keysThatDifferInOneByte_differs() {
        byte[] key = TableContractTest.key(1);
        for (int i = 0; i < key.length; i++) {
            byte[] other = key.clone();
            other[i]++;

            assertThat(KeyHash.of(other)).isNotEqualTo(KeyHash.of(key));
        }
        assertThat(KeyHash.of(key.clone())).isEqualTo(KeyHash.of(key));
    }
}
