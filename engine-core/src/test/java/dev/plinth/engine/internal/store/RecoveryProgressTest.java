package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An operator who waits for a long recovery is told how far it is and how fast it goes; a short one says nothing. */
class RecoveryProgressTest {
    private static final int STEPS_PER_LOOK = 1024;

    private final CapturedClassLog log = new CapturedClassLog(RecoveryProgress.class, Level.INFO);
    private long nanos = TimeUnit.DAYS.toNanos(-3);
    private final RecoveryProgress progress = new RecoveryProgress(() -> nanos);

    @AfterEach
    void endListening() {
        log.close();
    }

    @Test
    void recovery_short_saysNothing() {
        progress.snapshot("snapshot-1");
        rows(10 * STEPS_PER_LOOK);
        progress.journal(3);
        pass(4_999);
        progress.segment();
        records(10 * STEPS_PER_LOOK);

        progress.end(42);

        assertThat(log.lines()).isEmpty();
    }

    @Test
    void snapshot_long_tellsRowsAndRateEveryFiveSeconds() {
        progress.snapshot("snapshot-1");
        for (int second = 0; second < 16; second++) {
            pass(1000);
            rows(2 * STEPS_PER_LOOK);
        }

        assertThat(log.lines())
                .containsExactly(
                        // The first look of a second comes after half of its rows.
                        "Recovering, snapshot-1: 9216 rows so far, 1843 a second",
                        "Recovering, snapshot-1: 19456 rows so far, 1946 a second",
                        "Recovering, snapshot-1: 29696 rows so far, 1980 a second");
    }

    @Test
    void snapshot_secondOneIsTried_countsFromItsOwnBeginning() {
        progress.snapshot("snapshot-2");
        rows(STEPS_PER_LOOK);
        pass(4_000);
        progress.snapshot("snapshot-1");
        pass(2_000);
        rows(STEPS_PER_LOOK);

        assertThat(log.lines()).containsExactly("Recovering, snapshot-1: 1024 rows so far, 512 a second");
    }

    @Test
    void journal_long_tellsFileRecordsAndRateOfTheJournalAlone() {
        progress.snapshot("snapshot-1");
        rows(STEPS_PER_LOOK);
        pass(3_000);
        progress.journal(7);
        progress.segment();
        records(STEPS_PER_LOOK);
        pass(2_000);
        progress.segment();

        assertThat(log.lines())
                .containsExactly("Recovering, file 2 of at most 7 of the journal: 1024 records so far, 512 a second");
    }

    @Test
    void end_afterALongRecovery_tellsAllOfIt() {
        progress.snapshot("snapshot-1");
        rows(STEPS_PER_LOOK - 1);
        progress.journal(1);
        pass(6_250);
        progress.segment();
        records(3);
        log.lines().clear();

        progress.end(1026);

        assertThat(log.lines())
                .containsExactly(
                        "Recovered up to record 1026: 1023 rows of a snapshot and 3 records of the journal in 6.3 s");
        assertThat(progress.nanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(6_250));
    }

    @Test
    void end_ofAnEmptyStore_saysNothing() {
        progress.journal(1);
        pass(6_000);
        progress.segment();
        log.lines().clear();

        progress.end(0);

        assertThat(log.lines()).isEmpty();
    }

    private void pass(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void rows(int count) {
        for (int i = 0; i < count; i++) {
            progress.row();
        }
    }

    private void records(int count) {
        for (int i = 0; i < count; i++) {
            progress.record();
        }
    }
}
