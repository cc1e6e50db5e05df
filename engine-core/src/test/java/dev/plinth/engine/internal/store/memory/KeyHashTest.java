package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class KeyHashTest {
    private static final int KEYS = 1 << 16;

    private final KeyHash hash = KeyHash.drawn();

    /** Chance gives 1 - 1/e = 63 % of the values to as many keys; {@code Arrays.hashCode} gave 12 %. */
    private static final int VALUES_MIN = KEYS * 6 / 10;

    @Test
    void of_countersBehindEqualPrefixes_spreadsInAllBits() {
        for (int shift = 0; shift <= Long.SIZE - 16; shift += 8) {
            Set<Long> values = new HashSet<>();
            for (int i = 0; i < KEYS; i++) {
                values.add(hash.of(TableContractTest.key(i)) >>> shift & KEYS - 1);
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

            assertThat(hash.of(other)).isNotEqualTo(hash.of(key));
        }
        assertThat(hash.of(key.clone())).isEqualTo(hash.of(key));
    }

    /** A key is never in the place of another one more often than chance has it, whatever the seed. */
    @Test
    void of_twoKeysUnderManySeeds_meetByChance() {
        int met = 0;
        for (int i = 0; i < KEYS; i++) {
            KeyHash drawn = KeyHash.drawn();
            met += ((drawn.of(1, 2, i) ^ drawn.of(1, 2, i + 1L)) & 0xff) == 0 ? 1 : 0;
        }

        assertThat(met).isBetween(KEYS / 256 / 2, KEYS / 256 * 2);
    }

    @Test
    void restore_savedSeed_givesTheSameHash() throws IOException {
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        hash.save(new DataOutputStream(saved));

        KeyHash restored = KeyHash.restore(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));

        assertThat(restored.of(TableContractTest.key(1))).isEqualTo(hash.of(TableContractTest.key(1)));
    }

    @Test
    void of_threeWords_isThatOfTheirBytes() {
        byte[] key = ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(1)
                .putLong(2)
                .putLong(3)
                .array();

        assertThat(hash.of(1, 2, 3)).isEqualTo(hash.of(key)).isNotEqualTo(hash.of(1, 2, 4));
    }

    @Test
    void drawn_twice_differs() {
        byte[] key = TableContractTest.key(1);

        assertThat(KeyHash.drawn().of(key)).isNotEqualTo(KeyHash.drawn().of(key));
    }
}
