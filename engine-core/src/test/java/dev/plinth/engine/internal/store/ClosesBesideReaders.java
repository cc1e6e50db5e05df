package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Runs in a child JVM: closes stores off the heap while threads go through their sets and rows. */
final class ClosesBesideReaders {
    private static final int ROUNDS = 30;
    private static final int READERS = 3;
    private static final long ROWS = 1_000;

    private ClosesBesideReaders() {}

    public static void main(String[] arguments) {
        for (int round = 0; round < ROUNDS; round++) {
            Store store = TestRows.open(Tables.OFF_HEAP, new MemoryJournal(), EngineClock.system());
            for (long id = 0; id < ROWS; id++) {
                TestRows.put(store, id, id);
            }
            CountDownLatch reading = new CountDownLatch(READERS);
            List<CompletableFuture<Void>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(CompletableFuture.runAsync(
                        () -> readUntilRefused(store, reading), work -> new Thread(work).start()));
            }
            await(reading);
            store.close();
            readers.forEach(CompletableFuture::join);
        }
    }

    private static void readUntilRefused(Store store, CountDownLatch reading) {
        try {
            while (true) {
                long sum = store.look(ClosesBesideReaders::sum);
                if (sum != ROWS * (ROWS - 1) / 2) {
                    throw new IllegalStateException("Expected all rows, but their sum is " + sum);
                }
                reading.countDown();
            }
        } catch (RefusedException closing) {
            reading.countDown();
        }
    }

    private static long sum(Rows rows) {
        long sum = 0;
        for (long at = rows.ceiling(TestRows.ALL, 0); at != Rows.NONE; at = rows.ceiling(TestRows.ALL, at + 1)) {
            byte[] row = rows.at(at);
            sum += row == null ? -1 : TestRows.value(row);
        }
        return sum;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
