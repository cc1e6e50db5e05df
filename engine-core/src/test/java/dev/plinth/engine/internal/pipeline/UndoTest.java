package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.internal.store.LateJournal;
import dev.plinth.engine.internal.store.Record;
import dev.plinth.engine.internal.store.Replay;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.TableKind;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is undone has never happened, and what is applied again comes out the same: over random lives of all rooms. */
class UndoTest {
    private static final int DURABLE_COMMITS = 120;
    private static final int COMMITS_IN_FLIGHT = 60;

    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void undo_anyNumberOfRecordsInFlight_leavesTheStateAsIfTheyHadNeverBeen(TableKind kind) {
        for (int round = 0; round < TestScale.count(40); round++) {
            Random random = new Random(seed + round);
            undo(kind, random, TestScale.repeatWith(seed) + " round " + round);
        }
    }

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void replay_anyLife_hasTheStateOfTheLiveRunOnBothKindsOfTables(TableKind kind) {
        for (int round = 0; round < TestScale.count(20); round++) {
            LateJournal journal = LateJournal.stepwise();
            try (Store store = RandomLife.open(kind, journal, clock())) {
                RandomLife life = new RandomLife(store, new Random(seed + round));
                life.live(DURABLE_COMMITS);

                for (TableKind other : TableKind.values()) {
                    assertThat(Replay.stateHash(other, RandomLife.TABLES, journal.appended()))
                            .as("%s, live %s, replayed %s", TestScale.repeatWith(seed), kind, other)
                            .isEqualTo(store.stateHash());
                }
            }
        }
    }

    private static void undo(TableKind kind, Random random, String where) {
        LateJournal journal = LateJournal.stepwise();
        ManualClock clock = clock();
        try (Store store = RandomLife.open(kind, journal, clock)) {
            RandomLife life = new RandomLife(store, random);
            life.live(DURABLE_COMMITS);
            int durable = journal.appended().size();
            journal.durable(durable);
            Map<Long, byte[]> hashes = new HashMap<>();
            hashes.put((long) durable, store.stateHash());
            for (int i = 0; i < COMMITS_IN_FLIGHT; i++) {
                clock.advance(Duration.ofMillis(random.nextInt(100)));
                life.live(1);
                hashes.put((long) journal.appended().size(), store.stateHash());
            }
            List<Record> records = journal.appended();
            // Often far back: the further, the more sets have grown since.
            long lost = random.nextBoolean() ? durable + 1 : durable + 1 + random.nextInt(records.size() - durable);

            if (random.nextBoolean()) {
                journal.unknown(lost);
            } else {
                journal.fenced(lost);
            }

            String what = where + ", " + kind + ", undone from record " + lost + " of " + records.size();
            byte[] undone = store.stateHash();
            assertThat(undone)
                    .as("state and replayed state, " + what)
                    .isEqualTo(Replay.stateHash(kind, RandomLife.TABLES, records.subList(0, (int) lost - 1)));
            byte[] before = hashes.get(lost - 1);
            if (before != null) {
                assertThat(undone).as("state and state before, " + what).isEqualTo(before);
            }
        }
    }

    private static ManualClock clock() {
        return ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    }
}
