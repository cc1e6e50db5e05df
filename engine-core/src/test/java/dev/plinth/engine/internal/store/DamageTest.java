package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A closed store is damaged in every way: it is refused, or nothing is missing; never is anything wrong without a word. */
@Timeout(300)
class DamageTest {
    private static final int STORES = 4;

    @ParameterizedTest
    @EnumSource(Damage.class)
    void store_damaged_isRefusedOrHasTheStateItHad(Damage damage) {
        long seed = TestScale.seed();
        int each = Math.max(3, TestScale.count(2_000) / STORES / Damage.values().length);
        Map<DamageRuns.Result, Integer> results = new EnumMap<>(DamageRuns.Result.class);
        for (int i = 0; i < STORES; i++) {
            DamageRuns runs =
                    new DamageRuns(seed + i, i % 2 == 0 ? DiskLife.NEVER : DiskLife.OFTEN, Function.identity());
            for (int j = 0; j < each; j++) {
                results.merge(runs.run(damage), 1, Integer::sum);
            }
        }
        System.out.println(damage + ": " + results);
        assertThat(results.keySet()).isNotEqualTo(Set.of(DamageRuns.Result.NOTHING_TO_DAMAGE));
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void tools_ofADamagedStore_sayWhatOpeningSaysAndSalvageABeginning(Damage damage) throws IOException {
        long seed = TestScale.seed();
        int each = Math.max(3, TestScale.count(1_000) / STORES / Damage.values().length);
        Map<DamageRuns.Result, Integer> results = new EnumMap<>(DamageRuns.Result.class);
        for (int i = 0; i < STORES; i++) {
            DamageRuns runs =
                    new DamageRuns(seed + i, i % 2 == 0 ? DiskLife.NEVER : DiskLife.OFTEN, Function.identity());
            for (int j = 0; j < each; j++) {
                results.merge(runs.useTools(damage), 1, Integer::sum);
            }
        }
        System.out.println("tools, " + damage + ": " + results);
        assertThat(results.keySet()).isNotEqualTo(Set.of(DamageRuns.Result.NOTHING_TO_DAMAGE));
    }
}
