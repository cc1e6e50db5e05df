package dev.plinth.engine.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sweep in itself: bounded steps, the order of its kinds, rest after a refusal, a clock that steps back. */
final class SweepTest {
    private static final long KEPT_MILLIS = 1_000;
    private static final long LATE_MILLIS = 1_000;
    private static final long REST_MILLIS = 60_000;
    private static final SetKey ALL = new SetKey(100, 0, 0);
    private static final TableName<?> ROWS =
            TableName.of(101, "rows", 8, 32, 1, TableName.Owner.ENGINE, new RowIndex<>(row -> row, SweepTest::tell));
    private static final long LET_IN_NANOS_LEAST = 2_000_000;
    private static final long IDLE_MILLIS = 30_000;
    private static final Outcome NO_ROOM =
            new Outcome.Refused(Refusal.of(ProblemCode.CAPACITY_EXHAUSTED, "full, on purpose"));

    private final SteppingClock clock = new SteppingClock();
    private final Store store =
            Store.open(new StoreSettings(Tables.HEAP, List.of(ROWS), 1_000_000), new MemoryJournal(), clock);
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final List<Integer> steps = new ArrayList<>();
    private volatile boolean refuse;
    private volatile boolean full;
    private volatile int comingPerStep;
    private int came = 1_000_000;
    private Sweep sweep = sweep(List.of(new Oldest("rows")));

    @BeforeEach
    void listen() {
        store.onCommitted((sequence, writes) -> {
            if (!writes.isEmpty() && writes.get(0).row() == null) {
                steps.add(writes.size());
            }
        });
    }

    @AfterEach
    void close() {
        executor.shutdownNow();
        store.close();
    }

    @Test
    void run_manyExpiredRows_takesThemInBoundedStepsAndLetsWritersIn() {
        put(1, 50_000, 0);
        clock.now = KEPT_MILLIS + LATE_MILLIS;

        while (due() != SweepWork.NEVER) {
            sweepOnce();
        }

        assertThat(rowsLeft()).isZero();
        assertThat(steps).allMatch(size -> size <= Limits.SWEEP_ROWS_MAX).hasSizeGreaterThanOrEqualTo(250);
        assertThat(sweep.collected()).containsEntry("rows", 50_000L);
    }

    @Test
    void run_clockStandsBeforeTheTimeOfDueWork_takesOutWhatHasExpiredByThat() {
        put(1, 10, 0);
        clock.now = KEPT_MILLIS - 1;

        assertThat(sweep.startReady(due())).isTrue();
        assertThat(sweep.awaitIdle(IDLE_MILLIS)).isTrue();

        assertThat(rowsLeft()).isZero();
        assertThat(due()).isEqualTo(SweepWork.NEVER);
    }

    @Test
    void run_oneRun_endsAfterSoManySteps() {
        put(1, 30_000, 0);
        clock.now = KEPT_MILLIS + LATE_MILLIS;

        sweepOnce();

        assertThat(steps).hasSize(Limits.SWEEP_STEPS_MAX);
    }

    @Test
    void run_largeRows_endsAStepByTheirBytes() {
        for (int number = 1; number <= 100; number++) {
            put(number, number, 0, Limits.ROW_BYTES_MAX / 2);
        }
        clock.now = KEPT_MILLIS + LATE_MILLIS;

        sweepOnce();

        assertThat(rowsLeft()).isZero();
        assertThat(steps).allMatch(size -> size <= 9);
    }

    @Test
    void nextReady_realClock_comesASecondLate() {
        put(1, 1, 0);

        assertThat(due()).isEqualTo(KEPT_MILLIS + LATE_MILLIS);
    }

    @Test
    void nextReady_nothingStored_isNever() {
        assertThat(due()).isEqualTo(SweepWork.NEVER);
    }

    @Test
    void run_refused_restsAMinute() {
        put(1, 1, 0);
        clock.now = KEPT_MILLIS + LATE_MILLIS;
        refuse = true;

        sweepOnce();

        assertThat(rowsLeft()).isEqualTo(1);
        assertThat(due()).isEqualTo(clock.now + REST_MILLIS);
        refuse = false;
        sweepOnce();
        assertThat(rowsLeft()).isEqualTo(1);
        clock.now = KEPT_MILLIS + LATE_MILLIS + REST_MILLIS;
        sweepOnce();
        assertThat(rowsLeft()).isZero();
    }

    @Test
    void run_clockSteppedBack_takesNothingTooEarly() {
        clock.now = 5_000;
        put(1, 1, 5_000);
        clock.now = 3_000;
        put(2, 2, store.lastTimeMillis());

        sweepOnce();
        assertThat(rowsLeft()).isEqualTo(2);
        clock.now = 5_999 + LATE_MILLIS;
        sweepOnce();
        assertThat(rowsLeft()).isEqualTo(2);
        clock.now = 6_000 + LATE_MILLIS;
        sweepOnce();
        assertThat(rowsLeft()).isZero();
    }

    /** The first kind is done for the time at which the run began before the second one is looked at. */
    @Test
    void run_severalKinds_inTheirOrder() {
        List<String> order = new ArrayList<>();
        sweep = sweep(List.of(new Noted("first", order), new Noted("second", order)));
        put(1, 300, 0);
        clock.now = KEPT_MILLIS + LATE_MILLIS;

        sweepOnce();

        assertThat(order).containsExactly("first", "first");
    }

    /** A refused batch rests alone: what the others take out may be what makes room for it. */
    @Test
    void run_oneSeriesIsRefused_theOthersGoOn() {
        SweepWork refused = new Oldest("refused") {
            @Override
            public void collect(Context context, long nowMillis, SweepBatch batch) {
                super.collect(context, nowMillis, batch);
                full = true;
            }
        };
        sweep = new Sweep(
                store, new Appends(), clock, executor, List.of(List.of(refused), List.of(new Oldest("rows"))));
        put(1, 1_000, 0);
        clock.now = KEPT_MILLIS + LATE_MILLIS;

        sweepOnce();

        assertThat(rowsLeft()).isZero();
        assertThat(sweep.collected()).containsEntry("rows", 1_000L).containsEntry("refused", 0L);
        put(2_000, 2_000, 0);
        assertThat(due()).isEqualTo(KEPT_MILLIS + LATE_MILLIS);
    }

    @Test
    void run_severalSeries_takeTurns() {
        List<String> order = new ArrayList<>();
        sweep = new Sweep(
                store,
                new Appends(),
                clock,
                executor,
                List.of(List.of(new Noted("first", order)), List.of(new Noted("second", order))));
        put(1, 4 * Limits.SWEEP_ROWS_MAX, 0);
        clock.now = KEPT_MILLIS + LATE_MILLIS;

        sweepOnce();

        assertThat(order).containsExactly("first", "second", "first", "second");
    }

    /**
     * A thread that ends a step and begins the next one at once has the lock again long before a thread that it has woken. Where those that wait
     * get no processor for longer than the sweep waits for them, it goes on, and rightly so.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void run_othersWaitToWrite_theyGoFirst(int writers) {
        AtomicInteger written = new AtomicInteger();
        List<Integer> writtenAtStep = new ArrayList<>();
        List<Long> endedAt = new ArrayList<>();
        AtomicLong letIn = new AtomicLong();
        sweep = sweep(List.of(new Oldest("rows") {
            @Override
            public void collect(Context context, long nowMillis, SweepBatch batch) {
                if (writtenAtStep.isEmpty()) {
                    for (int i = 0; i < writers; i++) {
                        executor.execute(() -> store.write(transaction -> written.incrementAndGet()));
                    }
                    Patience.until(() -> store.writersWaiting() >= writers);
                }
                writtenAtStep.add(written.get());
                if (endedAt.size() == 1) {
                    letIn.set(System.nanoTime() - endedAt.get(0));
                }
                super.collect(context, nowMillis, batch);
                endedAt.add(System.nanoTime());
            }
        }));
        put(1, 5 * Limits.SWEEP_ROWS_MAX, 0);
        clock.now = KEPT_MILLIS + LATE_MILLIS;

        sweepOnce();

        assertThat(writtenAtStep).hasSize(5);
        if (letIn.get() < LET_IN_NANOS_LEAST) {
            assertThat(writtenAtStep.get(1)).as("%s", writtenAtStep).isEqualTo(writers);
        }
    }

    /** Rows that were there before do not make its turns longer, only those that come meanwhile. */
    @ParameterizedTest
    @CsvSource({"0,1", "90,1", "110,64"})
    void run_rowsComeFast_makesMoreStepsBeforeOthersGoFirst(int rowsPerStep, int stepsPerTurn) {
        put(1, Limits.SWEEP_ROWS_MAX * Limits.SWEEP_STEPS_MAX, 0);
        clock.now = KEPT_MILLIS + LATE_MILLIS;
        comingPerStep = rowsPerStep;

        sweepOnce();
        assertThat(sweep.stepsPerTurn()).isEqualTo(stepsPerTurn);

        comingPerStep = 0;
        while (due() != SweepWork.NEVER) {
            sweepOnce();
        }
        put(1, 200 * Limits.SWEEP_ROWS_MAX, 0);
        sweepOnce();
        sweepOnce();
        assertThat(sweep.stepsPerTurn()).isOne();
    }

    /** A row that is ended stays, so it is not one that came. */
    @Test
    void run_endsRows_makesNoLongerTurns() {
        sweep = sweep(List.of(new Oldest("rows") {
            @Override
            public long nextDueMillis(Rows rows) {
                long last = rows.floor(ALL, Long.MAX_VALUE);
                return last == Rows.NONE ? NEVER : expiresAt(rows.at(last));
            }

            @Override
            public void collect(Context context, long nowMillis, SweepBatch batch) {
                Rows rows = context.rows();
                for (long next = rows.ceiling(ALL, 0); !batch.isFull(); next = rows.ceiling(ALL, next + 1)) {
                    if (expiresAt(rows.at(next)) <= nowMillis) {
                        batch.end(ROWS, rows.keyAt(next), row(nowMillis, 8));
                    }
                }
            }
        }));
        put(1, 20 * Limits.SWEEP_ROWS_MAX, 0);
        clock.now = KEPT_MILLIS + LATE_MILLIS;

        sweepOnce();

        assertThat(sweep.collected()).containsEntry("rows", 20L * Limits.SWEEP_ROWS_MAX);
        assertThat(sweep.stepsPerTurn()).isOne();
    }

    private Sweep sweep(List<SweepWork> retentions) {
        return new Sweep(store, new Appends(), clock, executor, List.of(retentions));
    }

    private void sweepOnce() {
        assertThat(sweep.startReady(clock.epochMillis())).isTrue();
        assertThat(sweep.awaitIdle(IDLE_MILLIS)).isTrue();
    }

    private long due() {
        return sweep.nextReadyMillis();
    }

    private long rowsLeft() {
        return store.figures().get(0).rows();
    }

    private void put(int from, int to, long time) {
        put(from, to, time, 8);
    }

    private void put(int from, int to, long time, int bytes) {
        List<Changes.Write> writes = new ArrayList<>();
        for (int number = from; number <= to; number++) {
            writes.add(new Changes.Write(ROWS, key(number), row(time, bytes)));
            if (writes.size() == 1000 || number == to) {
                List<Changes.Write> record = List.copyOf(writes);
                long unused = store.write(transaction -> transaction.append(record, transaction.nowMillis()));
                writes.clear();
            }
        }
    }

    private static byte[] row(long time, int bytes) {
        return new RowWriter(1).number(time).bytes(new byte[bytes]).row();
    }

    private static byte[] key(long number) {
        byte[] key = new byte[8];
        Bytes.putLong(key, 0, number);
        return key;
    }

    private static void tell(byte[] key, byte[] row, RowSets sets) {
        sets.place(Bytes.getLong(key, 0));
        sets.member(ALL, Bytes.getLong(key, 0));
    }

    private static long expiresAt(byte[] row) {
        return new RowReader(row, 1).number() + KEPT_MILLIS;
    }

    /** Takes out the oldest rows. */
    private static class Oldest implements SweepWork {
        private final String name;

        Oldest(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long nextDueMillis(Rows rows) {
            long first = rows.ceiling(ALL, 0);
            return first == Rows.NONE ? NEVER : expiresAt(rows.at(first));
        }

        @Override
        public void collect(Context context, long nowMillis, SweepBatch batch) {
            Rows rows = context.rows();
            long next = rows.ceiling(ALL, 0);
            while (next != Rows.NONE && !batch.isFull() && expiresAt(rows.at(next)) <= nowMillis) {
                batch.remove(ROWS, rows.keyAt(next), rows.at(next).length);
                next = rows.ceiling(ALL, next + 1);
            }
        }
    }

    /** The same, and notes that it was asked. */
    private static final class Noted extends Oldest {
        private final List<String> order;

        Noted(String name, List<String> order) {
            super(name);
            this.order = order;
        }

        @Override
        public void collect(Context context, long nowMillis, SweepBatch batch) {
            order.add(name());
            super.collect(context, nowMillis, batch);
        }
    }

    /** Commits a decision as a record. */
    private final class Appends implements Committer {
        @Override
        public Outcome commit(Caller caller, Command.Change change) {
            if (refuse) {
                return NO_ROOM;
            }
            put(came + 1, came + comingPerStep, 0);
            came += comingPerStep;
            SeededIds ids = new SeededIds(1);
            return store.write(transaction -> {
                long now = transaction.nowMillis();
                Context context = new Context(
                        caller,
                        now,
                        transaction,
                        ids,
                        new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids),
                        transaction::nextNumbers);
                Decision decision = change.decide(context);
                if (full) {
                    full = false;
                    return NO_ROOM;
                }
                if (!decision.changes().isEmpty()) {
                    transaction.append(decision.changes().writes(), now);
                }
                return decision.outcome();
            });
        }
    }

    /** A clock that is set, also back. */
    private static final class SteppingClock implements EngineClock {
        private volatile long now;

        @Override
        public long epochMillis() {
            return now;
        }

        @Override
        public long nanoTime() {
            return now * 1_000_000;
        }

        @Override
        public boolean mayBeWrong() {
            return false;
        }
    }
}
