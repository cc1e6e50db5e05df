package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that a shared log takes the largest records, each of which is one batch. */
@Timeout(120)
final class LargestRecordTest {
    private static final int RECORDS = 3;
    private static final int WIDE_ROWS = 1_000_000;

    @Test
    void logJournal_recordsOfTheLargestSize_areDurable() {
        SharedMemoryLog log = new SharedMemoryLog();
        StoreSettings wide = new StoreSettings(Tables.HEAP, List.of(TestRows.TABLE), WIDE_ROWS);
        ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        try (Store store = Store.open(wide, JournalFault.onLog(log), clock)) {
            for (int i = 0; i < RECORDS; i++) {
                store.await(
                        store.write(transaction -> transaction.append(largest(transaction), transaction.nowMillis())));
            }

            assertThat(store.isWritable()).isTrue();
            assertThat(JournalFault.stateHash(log)).isEqualTo(store.stateHash());
        }
    }

    private static List<Changes.Write> largest(Transaction transaction) {
        List<Changes.Write> writes = new ArrayList<>();
        for (int id = 0; id < Limits.RECORD_BYTES_MAX / Limits.ROW_BYTES_MAX - 1; id++) {
            Changes.Write write = TestRows.write(transaction, id, id);
            byte[] large = Arrays.copyOf(Objects.requireNonNull(write.row()), Limits.ROW_BYTES_MAX);
            writes.add(new Changes.Write(write.table(), write.key(), large));
        }
        return writes;
    }
}
