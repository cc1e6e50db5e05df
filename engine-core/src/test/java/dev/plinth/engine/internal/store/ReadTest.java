package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests what readers are shown beside a writer, and what they have to wait for. */
@Tag("scaled")
class ReadTest {
    private static final int READERS = 2;
    private static final int PARCELS = 4;
    private static final long TOTAL = 1000;

    private final DeferredJournal journal = DeferredJournal.stepwise();
    private Store store = TestRows.open(Tables.HEAP, journal, EngineClock.system());

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void read_severalRowsBesideABusyWriter_sumIsAlwaysWhole(Tables kind) throws Exception {
        reopen(kind);
        store.write(transaction -> {
            List<Changes.Write> writes = new ArrayList<>();
            for (long id = 0; id < PARCELS; id++) {
                writes.add(TestRows.write(transaction, id, TOTAL / PARCELS));
            }
            return transaction.append(writes, transaction.nowMillis());
        });

        List<Long> torn = beside(this::moveBetweenParcels, rows -> {
            long sum = 0;
            for (long id = 0; id < PARCELS; id++) {
                sum += TestRows.value(rows, id);
            }
            return sum == TOTAL ? null : sum;
        });

        assertThat(torn).as("sums other than %d", TOTAL).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void read_setAndItsRowsBesideABusyWriter_everyMemberHasItsRow(Tables kind) throws Exception {
        reopen(kind);
        for (long id = 0; id < 40; id++) {
            TestRows.put(store, id, id);
        }

        List<Long> torn = beside(this::removeAndPutAgain, rows -> {
            long members = 0;
            for (long at = rows.ceiling(TestRows.ALL, 0); at != Rows.NONE; at = rows.ceiling(TestRows.ALL, at + 1)) {
                if (rows.at(at) == null) {
                    return at;
                }
                members++;
            }
            return members == 40 && rows.size(TestRows.ALL) == 40 ? null : members;
        });

        assertThat(torn).as("members without a row, or counts other than 40").isEmpty();
    }

    @Test
    void read_readerThatFailsBesideTheWriter_isTriedAgain() {
        AtomicInteger tries = new AtomicInteger();

        String result = store.readToAnswer(rows -> {
            if (tries.incrementAndGet() == 1) {
                onOtherThread(() -> TestRows.put(store, 1, 1));
                throw new IllegalStateException("what a torn read may cause");
            }
            return "calm";
        });

        assertThat(result).isEqualTo("calm");
        assertThat(tries).hasValue(2);
    }

    @Test
    void read_writerThatNeverRests_endsInTurnWithIt() {
        AtomicInteger tries = new AtomicInteger();

        long value = store.readToAnswer(rows -> {
            long first = TestRows.value(rows, 1);
            boolean alone = tries.incrementAndGet() > 16;
            if (!alone) {
                onOtherThread(() -> TestRows.put(store, 1, tries.get()));
            }
            return first + TestRows.value(rows, 1);
        });

        assertThat(value).isEqualTo(32);
        assertThat(tries).hasValue(17);
    }

    @Test
    void readAtOnce_anotherThreadKeepsTheWriterLock_isBusyInsteadOfSleeping() {
        AtomicInteger tries = new AtomicInteger();
        CountDownLatch hasLock = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);

        assertThatThrownBy(() -> store.readAtOnce(rows -> {
                    long first = TestRows.value(rows, 1);
                    if (tries.incrementAndGet() > Limits.READ_TRIES_MAX) {
                        return first;
                    }
                    onOtherThread(() -> TestRows.put(store, 1, tries.get()));
                    if (tries.get() == Limits.READ_TRIES_MAX) {
                        CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> store.write(transaction -> {
                            hasLock.countDown();
                            await(mayGoOn);
                            return 0;
                        }));
                        await(hasLock);
                    }
                    return first + TestRows.value(rows, 1);
                }))
                .isInstanceOf(WriterBusyException.class);

        mayGoOn.countDown();
        assertThat(tries).hasValue(Limits.READ_TRIES_MAX);
    }

    private static void await(CountDownLatch latch) {
        try {
            // A thread that sleeps for the lock shall fail the test rather than stop it.
            boolean unused = latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void highest_oneRow_isTheSequenceOfItsCommit() {
        TestRows.put(store, 1, 1);
        TestRows.put(store, 2, 2);
        TestRows.put(store, 3, 3);

        assertThat(highest(rows -> TestRows.value(rows, 2))).isEqualTo(2);
    }

    @Test
    void highest_severalRows_isTheHighestOfTheirSequences() {
        TestRows.put(store, 1, 1);
        TestRows.put(store, 2, 2);
        TestRows.put(store, 3, 3);
        TestRows.put(store, 1, 4);
        TestRows.put(store, 9, 5);

        assertThat(highest(rows -> TestRows.value(rows, 2) + TestRows.value(rows, 1) + TestRows.value(rows, 3)))
                .isEqualTo(4);
    }

    @Test
    void highest_missingRow_isTheLastAppendBeforeIt() {
        TestRows.put(store, 1, 1);
        TestRows.put(store, 2, 2);

        assertThat(highest(rows -> TestRows.value(rows, 77))).isEqualTo(2);
    }

    @Test
    void highest_set_isTheLastAppendBeforeIt() {
        TestRows.put(store, 1, 1);
        TestRows.put(store, 2, 2);

        assertThat(highest(rows -> rows.floor(TestRows.ALL, 1))).isEqualTo(2);
        assertThat(highest(rows -> rows.ceiling(TestRows.ALL, 0))).isEqualTo(2);
        assertThat(highest(rows -> rows.size(TestRows.ALL))).isEqualTo(2);
    }

    @Test
    void highest_nothingRead_isNothingToWaitFor() {
        TestRows.put(store, 1, 1);

        assertThat(highest(rows -> "constant")).isZero();
    }

    @Test
    void highest_removalDuringTheRead_isNotShownWithoutWaitingForIt() {
        TestRows.put(store, 1, 1);
        journal.durable(1);
        AtomicBoolean removed = new AtomicBoolean();

        long highest = highest(rows -> {
            if (removed.compareAndSet(false, true)) {
                onOtherThread(() -> TestRows.remove(store, 1));
            }
            return TestRows.value(rows, 1);
        });

        assertThat(highest)
                .as("the removal, record 2, which a crash could take back")
                .isEqualTo(2);
    }

    private void reopen(Tables kind) {
        store.close();
        store = TestRows.open(kind, new MemoryJournal(), EngineClock.system());
    }

    /** Returns what readers found wrong while the writer was busy; they read at least once each. */
    private List<Long> beside(Writer writer, Function<View, Long> reader) throws Exception {
        int writes = TestScale.count(200_000);
        AtomicBoolean busy = new AtomicBoolean(true);
        ExecutorService readers = Executors.newFixedThreadPool(READERS);
        List<Future<List<Long>>> running = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            running.add(readers.submit(() -> {
                List<Long> wrong = new ArrayList<>();
                do {
                    Long found = store.readToAnswer(reader);
                    if (found != null) {
                        wrong.add(found);
                    }
                } while (busy.get() && wrong.size() < 10);
                return wrong;
            }));
        }
        try {
            for (int i = 0; i < writes; i++) {
                writer.write(i);
            }
        } finally {
            busy.set(false);
        }
        List<Long> wrong = new ArrayList<>();
        for (Future<List<Long>> each : running) {
            wrong.addAll(each.get());
        }
        readers.shutdown();
        return wrong;
    }

    private void moveBetweenParcels(int turn) {
        store.write(transaction -> {
            long from = turn % PARCELS;
            long to = (turn + 1L) % PARCELS;
            long amount = turn % 7;
            return transaction.append(
                    List.of(
                            TestRows.write(transaction, from, TestRows.value(transaction, from) - amount),
                            TestRows.write(transaction, to, TestRows.value(transaction, to) + amount)),
                    transaction.nowMillis());
        });
    }

    private void removeAndPutAgain(int turn) {
        store.write(transaction -> transaction.append(
                List.of(TestRows.removal(turn % 40), fresh(transaction, turn)), transaction.nowMillis()));
    }

    private static Changes.Write fresh(Transaction transaction, int turn) {
        byte[] row = TestRows.write(transaction, Long.MAX_VALUE, turn).row();
        return new Changes.Write(TestRows.TABLE, TestRows.key(turn % 40), row);
    }

    private long highest(Function<View, ?> reader) {
        return store.<Long>readToAnswer(view -> {
            var unused = reader.apply(view);
            return view.highest();
        });
    }

    private static void onOtherThread(Runnable work) {
        CompletableFuture.runAsync(work).join();
    }

    /** A write of a busy writer. */
    private interface Writer {
        void write(int turn);
    }
}
