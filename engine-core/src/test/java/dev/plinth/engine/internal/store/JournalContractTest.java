package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;

/** Tests what a store makes of the fates of its records, over journals of every temper. */
@Tag("scaled")
class JournalContractTest {
    private static final long FATAL = 6;

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final List<Long> heard = new ArrayList<>();
    private final List<Store> opened = new ArrayList<>();

    @Test
    void memoryJournal_everyWrite_isDurableAndHeardWhenItReturns() {
        Store store = open(new MemoryJournal());

        for (long sequence = 1; sequence <= 10; sequence++) {
            assertThat(TestRows.put(store, sequence % 3, sequence)).isEqualTo(sequence);
            assertThat(store.committed()).isEqualTo(sequence);
            assertThat(store.whenCommitted(sequence)).isCompleted();
        }
        assertThat(heard).isEqualTo(upTo(10));
        assertThat(store.isWritable()).isTrue();
        assertThat(store.durability()).isEmpty();
    }

    @Test
    void memoryJournal_notStarted_refusesToAppend() {
        assertThatThrownBy(() -> new MemoryJournal().append(new Record(0, 1, 1, 0, 0, List.of())))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void fileJournal_everyWrite_isDurableAndHeardOnceItIsWaitedFor(Durability durability) {
        MemoryDisk disk = new MemoryDisk();
        Store store = open(JournalFault.file(disk, durability));

        for (long sequence = 1; sequence <= 100; sequence++) {
            assertThat(TestRows.put(store, sequence % 3, sequence)).isEqualTo(sequence);
            store.await(sequence);
            assertThat(store.committed()).isEqualTo(sequence);
            assertThat(store.whenCommitted(sequence)).isCompleted();
        }
        assertThat(heard).isEqualTo(upTo(100));
        assertThat(store.isWritable()).isTrue();
        assertThat(store.durability()).contains(durability);
        assertThat(JournalFault.stateHash(disk.killed())).isEqualTo(store.stateHash());
    }

    @Test
    void logJournal_everyWrite_isDurableAndHeardOnceItIsWaitedFor() {
        SharedMemoryLog log = new SharedMemoryLog();
        Store store = open(JournalFault.onLog(log));

        for (long sequence = 1; sequence <= 100; sequence++) {
            assertThat(TestRows.put(store, sequence % 3, sequence)).isEqualTo(sequence);
            store.await(sequence);
            assertThat(store.committed()).isEqualTo(sequence);
            assertThat(store.whenCommitted(sequence)).isCompleted();
        }
        assertThat(heard).isEqualTo(upTo(100));
        assertThat(store.isWritable()).isTrue();
        assertThat(store.durability()).isEmpty();
        assertThat(JournalFault.stateHash(log)).isEqualTo(store.stateHash());
    }

    @Test
    void logJournal_heldBack_nothingIsAcknowledgedOrHeardBeforeItIsLetGo() {
        SharedMemoryLog log = new SharedMemoryLog();
        log.hold();
        Store store = open(JournalFault.onLog(log));
        putUpTo(store, 5);
        List<CompletableFuture<Void>> waiters = waiters(store, 5);

        assertThat(heard).isEmpty();
        assertThat(waiters).noneMatch(CompletableFuture::isDone);

        log.letGo();
        store.await(5);

        assertThat(heard).isEqualTo(upTo(5));
        assertThat(waiters).allMatch(CompletableFuture::isDone);
    }

    @ParameterizedTest
    @EnumSource(
            value = SharedMemoryLog.AppendFault.class,
            names = {"UNKNOWN_AND_APPLIED", "UNKNOWN_AND_NOT_APPLIED"})
    void logJournal_unknownBatchThatTheLogResolves_meetsItsTrueFate(SharedMemoryLog.AppendFault fault) {
        SharedMemoryLog log = new SharedMemoryLog();
        Store store = open(JournalFault.onLog(log));
        putAndSettleUpTo(store, 5);
        log.failAppend(1, fault);

        long sequence = TestRows.put(store, 1, 1000);

        if (fault == SharedMemoryLog.AppendFault.UNKNOWN_AND_APPLIED) {
            store.await(sequence);
            putAndSettleUpTo(store, 3);
            assertThat(store.committed()).isEqualTo(9);
        } else {
            assertRefused(store, sequence, ProblemCode.NOT_LEADER);
        }
    }

    @ParameterizedTest
    @EnumSource(JournalFault.class)
    void append_fatalRecord_itsCallerLearnsIt(JournalFault journalFault) {
        Store store = open(journalFault.losing(FATAL).journal());
        putAndSettleUpTo(store, FATAL - 1);

        long sequence = TestRows.put(store, 1, 1000);

        assertRefused(store, sequence, journalFault.code());
    }

    @ParameterizedTest
    @EnumSource(JournalFault.class)
    void append_fatalRecord_leavesTheStateOfTheRecordBefore(JournalFault journalFault) {
        Store store = open(journalFault.losing(FATAL).journal());
        putAndSettleUpTo(store, FATAL - 1);
        byte[] before = store.stateHash();

        settle(store, TestRows.put(store, 1, 1000));

        assertThat(store.stateHash()).isEqualTo(before);
        assertThat(store.<Long>readToAnswer(rows -> TestRows.value(rows, 1))).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(JournalFault.class)
    void append_fatalRecord_nobodyHearsOfIt(JournalFault journalFault) {
        Store store = open(journalFault.losing(FATAL).journal());
        putAndSettleUpTo(store, FATAL - 1);

        settle(store, TestRows.put(store, 1, 1000));

        assertThat(heard).isEqualTo(upTo(FATAL - 1));
        assertThat(store.committed()).isEqualTo(FATAL - 1);
    }

    @ParameterizedTest
    @EnumSource(JournalFault.class)
    void append_afterFatalRecord_isRefusedAndReachesNoJournal(JournalFault journalFault) {
        RecordingJournal journal = journalFault.losing(FATAL).journal();
        Store store = open(journal);
        putAndSettleUpTo(store, FATAL);
        byte[] before = store.stateHash();

        for (int i = 0; i < 3; i++) {
            RefusedException refused = catchThrowableOfType(RefusedException.class, () -> TestRows.put(store, 9, 9));
            boolean fenced = journalFault.code() == ProblemCode.SHUTTING_DOWN;
            assertThat(refused.refusal().code())
                    .isEqualTo(fenced ? ProblemCode.SHUTTING_DOWN : ProblemCode.CAPACITY_EXHAUSTED);
            assertThat(refused.refusal().retryAfterSeconds()).isEqualTo(fenced ? 1 : 60);
        }

        assertThat(store.isWritable()).isFalse();
        assertThat(store.stateHash()).isEqualTo(before);
        assertThat(sequences(journal.appended())).isEqualTo(upTo(FATAL));
    }

    @ParameterizedTest
    @EnumSource(JournalFault.class)
    void read_afterFatalRecord_goesOnAndNeedNotWait(JournalFault journalFault) {
        Store store = open(journalFault.losing(FATAL).journal());
        putAndSettleUpTo(store, FATAL);

        View view = store.viewToAnswer();
        assertThat(TestRows.value(view, 0)).isEqualTo(3);
        assertThat(TestRows.value(view, 77)).isEqualTo(-1);
        assertThat(view.highest()).isEqualTo(FATAL - 1);
        assertThat(store.whenCommitted(view.highest())).isCompleted();
    }

    @ParameterizedTest
    @EnumSource(JournalFault.class)
    void reopen_afterFatalRecord_hasItIfAndOnlyIfTheLogDid(JournalFault journalFault) {
        JournalFault.Journals journals = journalFault.losing(FATAL);
        Store store = open(journals.journal());
        putAndSettleUpTo(store, FATAL - 1);
        byte[] before = store.stateHash();
        settle(store, TestRows.put(store, 1, 1000));

        byte[] reopened = journals.reopened().get();

        if (journalFault.applied()) {
            assertThat(reopened).isNotEqualTo(before);
        } else {
            assertThat(reopened).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(ScriptedJournal.Fate.class)
    void append_fatalRecordInTheSameTurnAsADurableOne_onlyTheFatalOneIsLost(ScriptedJournal.Fate fate) {
        Store store = open(new ScriptedJournal(fate, 2));
        List<CompletableFuture<Void>> waiters = new ArrayList<>();

        store.write(transaction -> {
            long first = transaction.append(List.of(TestRows.write(transaction, 1, 1)), transaction.nowMillis());
            waiters.add(store.whenCommitted(first));
            long second = transaction.append(List.of(TestRows.write(transaction, 2, 2)), transaction.nowMillis());
            waiters.add(store.whenCommitted(first));
            waiters.add(store.whenCommitted(second));
            return second;
        });

        assertThat(waiters.get(0)).isCompleted();
        assertThat(waiters.get(1)).isCompleted();
        assertThat(waiters.get(2)).isCompletedExceptionally();
        assertThat(heard).containsExactly(1L);
        assertThat(store.<Long>readToAnswer(rows -> TestRows.value(rows, 1))).isEqualTo(1);
        assertThat(store.<Long>readToAnswer(rows -> TestRows.value(rows, 2))).isEqualTo(-1);
    }

    @Test
    void lateJournal_beforeDurable_nothingIsAcknowledgedOrHeard() {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        putUpTo(store, 5);
        List<CompletableFuture<Void>> waiters = waiters(store, 5);

        assertThat(heard).isEmpty();
        assertThat(store.committed()).isZero();
        assertThat(waiters).noneMatch(CompletableFuture::isDone);

        journal.durable(3);

        assertThat(heard).isEqualTo(upTo(3));
        assertThat(waiters).map(CompletableFuture::isDone).containsExactly(true, true, true, false, false);

        journal.durable(5);

        assertThat(heard).isEqualTo(upTo(5));
        assertThat(waiters).allMatch(CompletableFuture::isDone);
    }

    @Test
    void lateJournal_waitersOfOneRecord_goOnOnlyAfterAllListenersHeardOfIt() {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        List<Boolean> doneWhenHeard = new ArrayList<>();
        List<CompletableFuture<Void>> waiters = new ArrayList<>();
        store.onCommitted((sequence, writes) -> doneWhenHeard.add(waiters.get(0).isDone()));
        waiters.add(store.whenCommitted(TestRows.put(store, 1, 1)));

        journal.durable(1);

        assertThat(doneWhenHeard).containsExactly(false);
        assertThat(waiters.get(0)).isCompleted();
    }

    @Test
    void lateJournal_readOfARecordInFlight_waitsForIt() {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        TestRows.put(store, 1, 10);
        journal.durable(1);
        TestRows.put(store, 1, 20);

        View view = store.viewToAnswer();
        assertThat(TestRows.value(view, 1)).isEqualTo(20);
        CompletableFuture<Void> answer = store.whenCommitted(view.highest());

        assertThat(answer).isNotDone();
        journal.durable(2);
        assertThat(answer).isCompleted();
    }

    @Test
    void lateJournal_unknownWithSeveralInFlight_allOfThemAreUndoneAndTheirWaitersTold() {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        putUpTo(store, 4);
        byte[] before = store.stateHash();
        TestRows.put(store, 1, 50);
        TestRows.remove(store, 2);
        TestRows.put(store, 1, 60);
        List<CompletableFuture<Void>> waiters = waiters(store, 7);

        journal.durable(4);
        journal.unknown(5);

        assertThat(store.stateHash()).isEqualTo(before);
        assertThat(heard).isEqualTo(upTo(4));
        assertThat(waiters.subList(0, 4)).allMatch(waiter -> waiter.isDone() && !waiter.isCompletedExceptionally());
        for (long sequence = 5; sequence <= 7; sequence++) {
            assertThat(codeOf(waiters.get((int) sequence - 1))).isEqualTo(ProblemCode.OUTCOME_UNKNOWN);
            assertRefused(store, sequence, ProblemCode.OUTCOME_UNKNOWN);
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void lateJournal_unknownRecordThatWroteOneRowSeveralTimes_theRowIsAsBefore(Tables kind) {
        DeferredJournal journal = DeferredJournal.stepwise();
        try (Store store = TestRows.open(kind, journal, clock)) {
            putUpTo(store, 3);
            byte[] before = store.stateHash();
            store.write(transaction -> transaction.append(
                    List.of(
                            TestRows.write(transaction, 1, 10),
                            TestRows.removal(1),
                            TestRows.write(transaction, 1, 20),
                            TestRows.removal(2),
                            TestRows.write(transaction, 7, 30),
                            TestRows.removal(7)),
                    transaction.nowMillis()));

            journal.unknown(4);

            assertThat(store.stateHash()).isEqualTo(before);
            assertThat(TestRows.value(store.viewToAnswer(), 1)).isEqualTo(1);
        }
    }

    @Test
    void lateJournal_fenced_waitersLearnThatNothingWasChanged() {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        putUpTo(store, 3);
        List<CompletableFuture<Void>> waiters = waiters(store, 3);

        journal.durable(1);
        journal.fenced(2);

        assertThat(waiters.get(0)).isCompleted();
        assertThat(codeOf(waiters.get(1))).isEqualTo(ProblemCode.SHUTTING_DOWN);
        assertThat(codeOf(waiters.get(2))).isEqualTo(ProblemCode.SHUTTING_DOWN);
        assertThat(store.isWritable()).isFalse();
    }

    @Test
    void lateJournal_blockingWaiter_isReleasedByTheFlusher() {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        TestRows.put(store, 1, 1);
        TestRows.put(store, 1, 2);
        CompletableFuture<Void> first =
                CompletableFuture.runAsync(() -> store.await(1), task -> new Thread(task).start());
        CompletableFuture<Void> second =
                CompletableFuture.runAsync(() -> store.await(2), task -> new Thread(task).start());

        journal.durable(1);
        first.join();
        journal.unknown(2);

        assertThatThrownBy(second::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @NullSource // a journal in memory
    @EnumSource
    void groupCommit_manyWriters_sequenceIsDenseAndEverythingIsHeardOnceInOrder(@Nullable Durability durability)
            throws Exception {
        checkGroupCommit(
                durability == null ? DeferredJournal.groupCommit() : JournalFault.file(new MemoryDisk(), durability));
    }

    @Test
    void groupCommit_manyWritersOverALog_sequenceIsDenseAndEverythingIsHeardOnceInOrder() throws Exception {
        checkGroupCommit(JournalFault.onLog(new SharedMemoryLog()));
    }

    private void checkGroupCommit(Journal committing) throws Exception {
        int threads = 4;
        int each = TestScale.count(5_000);
        RecordingJournal journal = new RecordingJournal(committing);
        Store store = open(journal);
        AtomicLong early = new AtomicLong();
        ExecutorService writers = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int id = thread;
            running.add(writers.submit(() -> {
                for (int i = 0; i < each; i++) {
                    long sequence = TestRows.put(store, id, i);
                    store.await(sequence);
                    if (store.committed() < sequence) {
                        early.incrementAndGet();
                    }
                }
            }));
        }
        for (Future<?> writer : running) {
            writer.get();
        }
        writers.shutdown();

        assertThat(early).as("acknowledged before it was heard").hasValue(0);
        assertThat(sequences(journal.appended())).isEqualTo(upTo((long) threads * each));
        assertThat(heard).isEqualTo(upTo((long) threads * each));
        assertThat(store.stateHash())
                .isEqualTo(RecordReplay.stateHash(Tables.HEAP, List.of(TestRows.TABLE), journal.appended()));
    }

    @Test
    void groupCommit_failsUnderManyWriters_eachIsAnsweredOnceAndTheRestIsTakenBack() throws Exception {
        int threads = 4;
        long fatal = TestScale.count(2_000);
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        AtomicBoolean failed = new AtomicBoolean();
        AtomicLong acknowledged = new AtomicLong();
        ExecutorService pool = Executors.newFixedThreadPool(threads + 1);
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int id = thread;
            running.add(pool.submit(() -> writeUntilRefused(store, id, acknowledged)));
        }
        running.add(pool.submit(() -> {
            long flushed = 0;
            while (!failed.get()) {
                long last = journal.appended().size();
                if (last >= fatal) {
                    journal.durable(fatal - 1);
                    journal.unknown(fatal);
                    failed.set(true);
                } else if (last > flushed) {
                    flushed = last;
                    journal.durable(last);
                }
                Thread.onSpinWait();
            }
        }));
        for (Future<?> each : running) {
            each.get();
        }
        pool.shutdown();

        assertThat(heard).isEqualTo(upTo(fatal - 1));
        assertThat(acknowledged).hasValue(fatal - 1);
        assertThat(store.stateHash())
                .isEqualTo(RecordReplay.stateHash(
                        Tables.HEAP, List.of(TestRows.TABLE), journal.appended().subList(0, (int) fatal - 1)));
    }

    @Test
    void time_clockStepsBack_neverGoesBackInRecords() {
        SettableClock wall = new SettableClock();
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = TestRows.open(Tables.HEAP, journal, wall);
        for (long millis : new long[] {1000, 2000, 500, 1999, 2001, 0}) {
            wall.millis = millis;
            TestRows.put(store, 1, millis);
        }

        assertThat(journal.appended())
                .map(Record::timeMillis)
                .containsExactly(1000L, 2000L, 2000L, 2000L, 2001L, 2001L);
    }

    @Test
    void nextNumber_manyRecords_ascendsAndIsInEachRecord() {
        DeferredJournal journal = DeferredJournal.stepwise();
        Store store = open(journal);
        for (long id = 0; id < 5; id++) {
            TestRows.put(store, id, id);
            TestRows.put(store, id, id + 1);
        }

        assertThat(journal.appended()).map(Record::lastNumber).containsExactly(1L, 1L, 2L, 2L, 3L, 3L, 4L, 4L, 5L, 5L);
    }

    @AfterEach
    void close() {
        for (Store store : opened) {
            store.close();
        }
    }

    private Store open(Journal journal) {
        Store store = TestRows.open(Tables.HEAP, journal, clock);
        opened.add(store);
        store.onCommitted((sequence, writes) -> heard.add(sequence));
        return store;
    }

    private static void writeUntilRefused(Store store, int id, AtomicLong acknowledged) {
        for (long i = 0; ; i++) {
            try {
                store.await(TestRows.put(store, id, i));
                acknowledged.incrementAndGet();
            } catch (RefusedException refused) {
                return;
            }
        }
    }

    /** Writes records until the sequence is this one; record n sets parcel n mod 3 to n. */
    private static void putUpTo(Store store, long last) {
        for (long sequence = 1; sequence <= last; sequence++) {
            TestRows.put(store, sequence % 3, sequence);
        }
    }

    /** The same, each after the one before has met its fate. */
    private static void putAndSettleUpTo(Store store, long last) {
        for (long sequence = 1; sequence <= last; sequence++) {
            settle(store, TestRows.put(store, sequence % 3, sequence));
        }
    }

    private static void settle(Store store, long sequence) {
        store.whenCommitted(sequence).handle((nothing, error) -> sequence).join();
    }

    private static List<CompletableFuture<Void>> waiters(Store store, long last) {
        return LongStream.rangeClosed(1, last).mapToObj(store::whenCommitted).toList();
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static List<Long> sequences(List<Record> records) {
        return records.stream().map(Record::sequence).toList();
    }

    private static ProblemCode codeOf(CompletableFuture<Void> waiter) {
        return ((RefusedException) waiter.handle((nothing, error) -> error).join())
                .refusal()
                .code();
    }

    private static void assertRefused(Store store, long sequence, ProblemCode code) {
        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> store.await(sequence));
        assertThat(refused).as("fate of record %d", sequence).isNotNull();
        assertThat(refused.refusal().code()).isEqualTo(code);
    }

    /** A wall clock that may be set back. */
    private static final class SettableClock implements EngineClock {
        private long millis;

        @Override
        public long epochMillis() {
            return millis;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public boolean mayBeWrong() {
            return false;
        }
    }
}
