package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.MemoryDirectory;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A random life of all rooms has one state: live, replayed, and from a snapshot with what came behind it, on all tables. */
@Timeout(300)
@Tag("scaled")
class StateReplayTest {
    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(Tables.class)
    void state_liveReplayedOrFromASnapshot_isTheSameOnBothKindsOfTables(Tables kind) throws IOException {
        for (int round = 0; round < TestScale.count(20); round++) {
            Random random = new Random(seed + round);
            ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
            MemoryDirectory saved = new MemoryDirectory(RandomCommands.TABLES, clock);
            byte[] live;
            try (Store store = saved.open(kind)) {
                RandomCommands life = new RandomCommands(store, random);
                live(life, random, clock);
                store.snapshot();
                live(life, random, clock);
                store.await(store.write(transaction -> transaction.lastSequence()));
                live = store.stateHash();
            }
            for (Tables other : Tables.values()) {
                String what = TestScale.repeatWith(seed) + " round " + round + ", live " + kind + ", then " + other;
                assertThat(hash(saved.copy(), other))
                        .as("snapshot and journal; %s", what)
                        .isEqualTo(live);
                assertThat(hash(saved.withoutSnapshots(), other))
                        .as("journal; %s", what)
                        .isEqualTo(live);
            }
        }
    }

    private static void live(RandomCommands life, Random random, ManualClock clock) {
        for (int i = random.nextInt(120); i > 0; i--) {
            clock.advance(Duration.ofMillis(random.nextInt(100)));
            life.live(1);
        }
    }

    private static byte[] hash(MemoryDirectory saved, Tables kind) {
        try (Store store = saved.open(kind)) {
            return store.stateHash();
        }
    }
}
