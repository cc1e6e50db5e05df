package dev.plinth.engine.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.DeferredJournal;
import dev.plinth.engine.internal.store.RecordReplay;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A change that is undone has never happened, and one that is applied again comes out the same: over random lives of all rooms. */
@Tag("scaled")
class UndoTest {
    private static final int DURABLE_COMMITS = 120;
    private static final int COMMITS_IN_FLIGHT = 60;

    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(Tables.class)
    void undo_anyNumberOfRecordsInFlight_leavesTheStateAsIfTheyHadNeverBeen(Tables kind) {
        for (int round = 0; round < TestScale.count(40); round++) {
            Random random = new Random(seed + round);
            undo(kind, random, TestScale.repeatWith(seed) + " round " + round);
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void replay_anyLife_hasTheStateOfTheLiveRunOnBothKindsOfTables(Tables kind) {
        for (int round = 0; round < TestScale.count(20); round++) {
            DeferredJournal journal = DeferredJournal.stepwise();
            try (Store store = RandomCommands.open(kind, journal, clock())) {
                RandomCommands life = new RandomCommands(store, new Random(seed + round));
                life.live(DURABLE_COMMITS);

                for (Tables other : Tables.values()) {
                    assertThat(RecordReplay.stateHash(other, RandomCommands.TABLES, journal.appended()))
                            .as("%s, live %s, replayed %s", TestScale.repeatWith(seed), kind, other)
                            .isEqualTo(store.stateHash());
                }
            }
        }
    }

    private static void undo(Tables kind, Random random, String where) {
        DeferredJournal journal = DeferredJournal.stepwise();
        ManualClock clock = clock();
        try (Store store = RandomCommands.open(kind, journal, clock)) {
            RandomCommands life = new RandomCommands(store, random);
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
                    .isEqualTo(RecordReplay.stateHash(kind, RandomCommands.TABLES, records.subList(0, (int) lost - 1)));
            assertMarks(store, records.subList(0, (int) lost - 1), what);
            byte[] before = hashes.get(lost - 1);
            if (before != null) {
                assertThat(undone).as("state and state before, " + what).isEqualTo(before);
            }
        }
    }

    /** Returns what stands in no row: time, numbers, and which tables have changed. */
    private static void assertMarks(Store store, List<Record> kept, String what) {
        Record last = kept.get(kept.size() - 1);
        assertThat(store.lastSequence()).as("last sequence, " + what).isEqualTo(last.sequence());
        assertThat(store.lastTimeMillis()).as("last time, " + what).isEqualTo(last.timeMillis());
        assertThat(store.<Long>write(transaction -> transaction.nextNumbers(1)))
                .as("next number, " + what)
                .isEqualTo(last.lastNumber() + 1);
        for (TableName<?> table : RandomCommands.TABLES) {
            long changedAt = kept.stream()
                    .filter(record -> record.writes().stream().anyMatch(write -> write.isIn(table)))
                    .mapToLong(Record::sequence)
                    .max()
                    .orElse(0);
            assertThat(store.<Long>write(transaction -> transaction.changedAt(table)))
                    .as("last change of " + table.name() + ", " + what)
                    .isBetween(changedAt, last.sequence());
        }
    }

    private static ManualClock clock() {
        return ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    }
}
