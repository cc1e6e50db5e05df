package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.CrashRuns;
import dev.plinth.engine.internal.store.FaultRuns;
import dev.plinth.engine.internal.store.RandomDiskWrites;
import dev.plinth.engine.internal.store.log.Damage;
import dev.plinth.engine.internal.store.log.DiskFault;
import dev.plinth.engine.internal.store.log.Sabotage;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The suites of faults, crashes and damage find a store that is broken, and nothing in one that is not. */
@Tag("portable")
@Timeout(3600)
@Tag("scaled")
class SabotageTest {
    private static final int ROUNDS_MAX = 1_000;
    private static final int ROUNDS_OF_ALL = 500;
    private static final int DAMAGES_OF_A_KIND = 10;
    private static final int SABOTAGES_SHORT = 2;

    private final long seed = TestScale.seed();

    /** All of them in a long run. Others leave out the one that takes minutes to half an hour, and a short run draws some. */
    static List<Sabotage> sabotages() {
        List<Sabotage> all = new ArrayList<>(List.of(Sabotage.values()));
        if (TestScale.isLong()) {
            return all;
        }
        all.remove(Sabotage.TORN_END_IS_LEFT);
        if (!TestScale.isShort()) {
            return all;
        }
        Collections.shuffle(all, new Random(TestScale.seed()));
        return all.subList(0, SABOTAGES_SHORT);
    }

    @ParameterizedTest
    @MethodSource("sabotages")
    void store_sabotaged_isFound(Sabotage sabotage) {
        Throwable found = catchThrowable(() -> lookForFaults(sabotage, ROUNDS_MAX));

        assertThat(found)
                .as("%s found; %s", sabotage, TestScale.repeatWith(seed))
                .isNotNull();
    }

    @Test
    void store_asItIs_passes() {
        lookForFaults(Function.identity(), TestScale.count(10));
    }

    private void lookForFaults(Function<Disk, Disk> sabotage, int rounds) {
        for (int round = 0; round < rounds; round++) {
            new CrashRuns(Durability.FSYNC, sabotage).run(seed + round);
            new CrashRuns(Durability.OS, sabotage).run(seed + round);
            if (round >= ROUNDS_OF_ALL) {
                continue;
            }
            DamageRuns damage = new DamageRuns(seed + round, RandomDiskWrites.NEVER, sabotage);
            for (Damage kind : Damage.values()) {
                // A forged or flipped byte shows only in a row that nobody wrote again later.
                for (int i = 0; i < DAMAGES_OF_A_KIND; i++) {
                    damage.run(kind);
                }
            }
            FaultRuns faults = new FaultRuns(seed + round, Durability.FSYNC, sabotage);
            for (DiskFault fault : DiskFault.values()) {
                faults.failEach(fault, 50);
            }
        }
    }
}
