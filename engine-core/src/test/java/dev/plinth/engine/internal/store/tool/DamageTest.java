package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.RandomDiskWrites;
import dev.plinth.engine.internal.store.log.Damage;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A closed store is damaged in every way: it is refused, or nothing is missing; never is anything wrong without a word. */
@Timeout(300)
@Tag("scaled")
class DamageTest {
    private static final int STORES = 4;
    private static final int STORES_MAX = 100;
    private static final Set<DamageRuns.Result> NOTHING = Set.of(DamageRuns.Result.NOTHING_TO_DAMAGE);

    @ParameterizedTest
    @EnumSource(Damage.class)
    void store_damaged_isRefusedOrHasTheStateItHad(Damage damage) throws IOException {
        runs(damage, 2_000, runs -> runs.run(damage));
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void tools_ofADamagedStore_sayWhatOpeningSaysAndSalvageABeginning(Damage damage) throws IOException {
        runs(damage, 1_000, runs -> runs.useTools(damage));
    }

    /** Goes on to further stores while none had what is to be damaged: few have two snapshots, say. */
    private static void runs(Damage damage, int count, OneRun run) throws IOException {
        long seed = TestScale.seed();
        int each = Math.max(3, TestScale.count(count) / STORES / Damage.values().length);
        Map<DamageRuns.Result, Integer> results = new EnumMap<>(DamageRuns.Result.class);
        for (int i = 0; i < STORES || i < STORES_MAX && results.keySet().equals(NOTHING); i++) {
            DamageRuns runs = new DamageRuns(
                    seed + i, i % 2 == 0 ? RandomDiskWrites.NEVER : RandomDiskWrites.OFTEN, Function.identity());
            for (int j = 0; j < each; j++) {
                results.merge(run.of(runs), 1, Integer::sum);
            }
        }
        System.out.println(damage + ": " + results);
        assertThat(results.keySet()).isNotEqualTo(NOTHING);
    }

    @FunctionalInterface
    private interface OneRun {
        DamageRuns.Result of(DamageRuns runs) throws IOException;
    }
}
