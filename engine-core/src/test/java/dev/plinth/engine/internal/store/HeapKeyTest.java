package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class HeapKeyTest {
    @Test
    void hashCode_countersBehindEqualPrefixes_spreadOverTheBucketsOfAHashMap() {
        int keys = 1 << 16;
        Set<Integer> buckets = new HashSet<>();
        for (int i = 0; i < keys; i++) {
            int hash = new HeapKey(TableContractTest.key(i)).hashCode();
            buckets.add((hash ^ (hash >>> 16)) & (keys - 1));
        }

        // Chance fills 1 - 1/e = 63 % of the buckets; Arrays.hashCode filled 12 %.
        assertThat(buckets.size()).isGreaterThan(keys * 6 / 10);
    }

    @Test
    void equals_keysThatDifferInOneByte_areNotEqual() {
        byte[] bytes = TableContractTest.key(1);
        for (int i = 0; i < bytes.length; i++) {
            byte[] other = bytes.clone();
            other[i]++;

            assertThat(new HeapKey(other)).isNotEqualTo(new HeapKey(bytes));
            assertThat(new HeapKey(other).hashCode()).isNotEqualTo(new HeapKey(bytes).hashCode());
            assertThat(new HeapKey(other).compareTo(new HeapKey(bytes))).isNotZero();
        }
        assertThat(new HeapKey(bytes.clone())).isEqualTo(new HeapKey(bytes));
    }
}
