package dev.plinth.engine.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.CapturedLog;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.EngineTimer;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.problem.HostCode;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
@Tag("scaled")
class TimersTest {
    private static final EngineTimer TIMER = new EngineTimer();

    private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final TableName<?> DUE =
            TableName.of(101, "due", 16, 32, 1, TableName.Owner.ENGINE, new RowIndex<>(row -> row, TimersTest::tell));

    private final ManualClock clock = ManualClock.startingAt(Instant.ofEpochMilli(START));
    private final Store store =
            Store.open(new StoreSettings(Tables.HEAP, List.of(DUE), 1_000_000), new MemoryJournal(), clock);
    private final List<Run> runs = new CopyOnWriteArrayList<>();
    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final TestDueSource first = new TestDueSource(1, 64);
    private final TestDueSource second = new TestDueSource(2, 64);
    private final Timers timers = new Timers(store, clock, List.of(first, second), new HostCode());
    private final ManualClock.Attachment attachment = clock.attach(timers);
    private final AtomicInteger failures = new AtomicInteger();

    @AfterEach
    void close() {
        attachment.close();
        timers.close();
        workers.shutdown();
    }

    @Test
    void advance_overDueWork_runsItAtItsTimes() {
        put(1, 5, START + 300);
        put(1, 6, START + 100);
        put(1, 7, START + 200);

        clock.advance(Duration.ofMillis(250));
        assertThat(runs).containsExactly(new Run(1, 6, START + 100), new Run(1, 7, START + 200));

        clock.advance(Duration.ofMillis(50));
        assertThat(runs).hasSize(3).endsWith(new Run(1, 5, START + 300));
        assertThat(clock.epochMillis()).isEqualTo(START + 300);
    }

    @Test
    void advance_byNothing_runsWhatIsDueAlready() {
        put(1, 5, START);
        put(1, 6, START + 1);

        clock.advance(Duration.ZERO);

        assertThat(runs).containsExactly(new Run(1, 5, START));
    }

    @Test
    void advance_workOfTwoLanes_runsInTheOrderOfTime() {
        put(2, 1, START + 10);
        put(1, 2, START + 20);
        put(2, 3, START + 30);
        put(1, 4, START + 40);

        clock.advance(Duration.ofSeconds(1));

        assertThat(runs).map(Run::number).containsExactly(1L, 2L, 3L, 4L);
        assertThat(runs).map(Run::at).containsExactly(START + 10, START + 20, START + 30, START + 40);
    }

    @Test
    void advance_muchOverdueAtOnce_startsTheOldestFirst() {
        put(1, 3, START - 10);
        put(2, 1, START - 40);
        put(1, 4, START - 5);
        put(2, 2, START - 20);
        put(2, 5, START);

        clock.advance(Duration.ZERO);

        assertThat(runs).map(Run::number).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void advance_workThatIsDueAgain_runsEachTimeAtItsTime() {
        first.again = Duration.ofMinutes(1);
        put(1, 5, START + 60_000);

        clock.advance(Duration.ofMinutes(10));

        assertThat(runs).map(Run::at).hasSize(10).isSorted().doesNotHaveDuplicates();
        assertThat(runs.get(9)).isEqualTo(new Run(1, 5, START + 600_000));
    }

    @Test
    void advance_moreDueThanRunAtOnce_runsAllOfItInTheEnd() {
        TestDueSource narrow = new TestDueSource(3, 2);
        try (Timers few = new Timers(store, clock, List.of(narrow), new HostCode());
                ManualClock.Attachment attached = clock.attach(few)) {
            assertThat(attached).isNotNull();
            for (int number = 1; number <= 50; number++) {
                put(3, number, START + 10);
            }

            clock.advance(Duration.ofMillis(10));
        }
        assertThat(runs).hasSize(50).allMatch(run -> run.at == START + 10);
        assertThat(runs).map(Run::number).doesNotHaveDuplicates();
    }

    @Test
    void advance_randomDueTimes_eachInstantOnceInOrder() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        List<Run> expected = new ArrayList<>();
        for (int number = 1; number <= TestScale.count(2_000); number++) {
            int kind = 1 + random.nextInt(2);
            long due = START + random.nextInt(5_000);
            put(kind, number, due);
            expected.add(new Run(kind, number, due));
        }
        while (clock.epochMillis() < START + 5_000) {
            clock.advance(Duration.ofMillis(random.nextInt(700)));
        }

        assertThat(runs).as(TestScale.repeatWith(seed)).map(Run::at).isSorted();
        Comparator<Run> byNumber = Comparator.comparingLong(Run::number);
        expected.sort(byNumber);
        List<Run> sorted = new ArrayList<>(runs);
        sorted.sort(byNumber);
        assertThat(sorted).as(TestScale.repeatWith(seed)).isEqualTo(expected);
    }

    @Test
    void nextDueMillis_nothingDue_isNever() {
        assertThat(timers.nextDueMillis()).isEqualTo(Long.MAX_VALUE);
        put(2, 9, START + 5);
        assertThat(timers.nextDueMillis()).isEqualTo(START + 5);
        timers.close();
        assertThat(timers.nextDueMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void advance_closedTimers_runNothing() {
        put(1, 5, START + 1);
        timers.close();

        clock.advance(Duration.ofDays(1));

        assertThat(runs).isEmpty();
    }

    @Test
    void wake_timersThread_startsWhatIsDue() {
        timers.start();
        put(1, 5, START);
        timers.wake();

        first.awaitRuns(1);
        assertThat(runs).containsExactly(new Run(1, 5, START));
    }

    @Test
    void advance_laneWithoutRoom_isAskedOnceAtEachTimeAndHoldsUpNoOther() {
        first.hasRoom = false;
        put(1, 5, START + 10);
        put(1, 6, START + 15);
        put(2, 7, START + 20);

        clock.advance(Duration.ofSeconds(1));

        assertThat(runs)
                .containsExactly(
                        new Run(1, 5, START + 10),
                        new Run(1, 5, START + 15),
                        new Run(1, 6, START + 15),
                        new Run(1, 5, START + 20),
                        new Run(1, 6, START + 20),
                        new Run(2, 7, START + 20));
        first.hasRoom = true;
        clock.advance(Duration.ZERO);
        assertThat(runs).hasSize(8).endsWith(new Run(1, 5, START + 1000), new Run(1, 6, START + 1000));
    }

    @Test
    void timersThread_laneWithoutRoom_asksAgainAfterAWhile() {
        first.hasRoom = false;
        put(1, 5, START);
        timers.start();
        await(() -> runs.size() >= 3);
        long began = System.nanoTime();
        int already = runs.size();
        await(() -> runs.size() >= already + 2);

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)).isGreaterThan(900);
        first.hasRoom = true;
        first.awaitRuns(1);
    }

    @Test
    void timersThread_passThatFails_goesOn() {
        TestDueSource broken = new TestDueSource(1, 64) {
            @Override
            public boolean startReady(long nowMillis) {
                if (failures.getAndIncrement() == 0) {
                    throw new OutOfMemoryError("Java heap space");
                }
                return true;
            }
        };
        try (Timers other = new Timers(store, clock, List.of(broken), new HostCode())) {
            put(1, 5, START);
            other.start();

            broken.awaitRuns(1);
        }
        assertThat(failures.get()).isGreaterThan(1);
    }

    @Test
    void advance_laneThatThrows_holdsUpNoOther() {
        first.broken = true;
        put(1, 5, START);
        put(2, 6, START);
        try (CapturedLog log = CapturedLog.open()) {
            clock.advance(Duration.ofSeconds(1));

            assertThat(runs).map(Run::kind).contains(2);
            assertThat(log.lines()).singleElement().asString().contains("TestDueSource", "1000 ms");
        }
    }

    /** It must not return as if the work had ended. */
    @Test
    void advance_workThatDoesNotEnd_failsAndTheClockStandsAtItsTime() {
        ReadySource endless = timeoutMillis -> false;
        try (Timers other = new Timers(store, clock, List.of(first, endless), new HostCode());
                ManualClock.Attachment attached = clock.attach(other)) {
            assertThat(attached).isNotNull();
            put(1, 5, START + 60_000);

            assertThatThrownBy(() -> clock.advance(Duration.ofMinutes(10)))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Due work has not ended within 60 s")
                    .hasMessageContaining("advance it again");
        }
        assertThat(clock.epochMillis()).isBetween(START, START + 60_000);
    }

    @Test
    void timersThread_laneThatThrows_isNotAskedAgainWheneverTheBellRings() {
        first.broken = true;
        put(1, 5, START);
        long began = System.nanoTime();
        try (CapturedLog log = CapturedLog.showing(line -> {
                    throw new AssertionError("the host's handler fails");
                });
                Timers other = new Timers(store, clock, List.of(first, second), new HostCode())) {
            other.start();
            for (long number = 1; number <= 50; number++) {
                put(2, number, START);
                other.wake();
                second.awaitRuns((int) number);
            }

            // Before the time is measured: what comes later belongs to a longer time.
            int breaks = first.breaks.get();
            int seconds = (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            assertThat(breaks).isBetween(1, 2 + seconds);
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void timersThread_clockSteppedBack_startsWhatWasDueBefore() {
        AtomicLong time = new AtomicLong(START);
        EngineClock stepping = new EngineClock() {
            @Override
            public long epochMillis() {
                return time.get();
            }

            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public boolean mayBeWrong() {
                return false;
            }
        };
        try (Store stepped = Store.open(
                        new StoreSettings(Tables.HEAP, List.of(DUE), 1_000_000), new MemoryJournal(), stepping);
                Timers other = new Timers(stepped, stepping, List.of(first), new HostCode())) {
            long due = stepped.write(transaction -> transaction.append(
                    List.of(new Changes.Write(
                            DUE,
                            key(1, 5),
                            new RowWriter(1).number(transaction.nowMillis()).row())),
                    transaction.nowMillis()));
            assertThat(due).isOne();
            time.addAndGet(-3_600_000);
            first.readyAt = START - 1_800_000;
            other.start();

            first.awaitRuns(1);
            // It has begun what was ready by then, and comes again when the clock is there: no reason to look all the
            // time.
            int looked = first.looks.get();
            assertThat(first.looksMore(looked + 20, 200)).isFalse();
        }
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new IllegalStateException("Expected it to happen in time");
            }
            Thread.onSpinWait();
        }
    }

    private void put(int kind, long number, long due) {
        write(kind, number, new RowWriter(1).number(due).row());
    }

    private void write(int kind, long number, byte[] row) {
        long unused = store.write(transaction ->
                transaction.append(List.of(new Changes.Write(DUE, key(kind, number), row)), transaction.nowMillis()));
    }

    private static byte[] key(int kind, long number) {
        byte[] key = new byte[16];
        Bytes.putLong(key, 0, kind);
        Bytes.putLong(key, 8, number);
        return key;
    }

    private static void tell(byte[] key, byte[] row, RowSets sets) {
        DueIndex.tell(sets, (int) Bytes.getLong(key, 0), Bytes.getLong(key, 8), due(row));
    }

    private static long due(byte[] row) {
        return row == null ? DueIndex.NEVER : new RowReader(row, 1).number();
    }

    /** A run of a source's work. */
    private record Run(int kind, long number, long at) {}

    /** A source whose work notes when it ran and is then done, or due again after a while. */
    private class TestDueSource implements DueSource {
        private final int kind;
        private final AttemptRunner attempts;
        private volatile Duration again = Duration.ZERO;
        private volatile boolean hasRoom = true;
        private volatile boolean broken;
        private final AtomicInteger breaks = new AtomicInteger();
        private volatile long readyAt = Long.MAX_VALUE;
        private final AtomicInteger looks = new AtomicInteger();
        private int ended;

        TestDueSource(int kind, int runningMax) {
            this.kind = kind;
            this.attempts = new AttemptRunner(workers, runningMax, new FatalErrors(), TIMER);
        }

        @Override
        public int number() {
            return kind;
        }

        @Override
        public boolean start(long number) {
            long at = clock.epochMillis();
            // Noted here, in the order of starts; the work itself ends on another thread.
            runs.add(new Run(kind, number, at));
            if (!hasRoom) {
                return false;
            }
            assertThat(attempts.tryStart(number, () -> end(number, at))).isTrue();
            return true;
        }

        @Override
        public boolean startReady(long nowMillis) {
            if (broken) {
                breaks.incrementAndGet();
                throw new NoClassDefFoundError("on purpose");
            }
            if (nowMillis >= readyAt) {
                readyAt = nowMillis + 1;
            }
            return true;
        }

        @Override
        public long nextReadyMillis() {
            looks.incrementAndGet();
            return readyAt;
        }

        /** True if it is looked at so often within some milliseconds. */
        private boolean looksMore(int count, long millis) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (looks.get() < count && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return looks.get() >= count;
        }

        @Override
        public boolean isBusy(long number) {
            return attempts.isClaimed(number) || attempts.isFull();
        }

        @Override
        public boolean awaitIdle(long timeoutMillis) {
            return attempts.awaitIdle(timeoutMillis);
        }

        private void end(long number, long at) {
            if (again.isZero()) {
                write(kind, number, null);
            } else {
                put(kind, number, at + again.toMillis());
            }
            synchronized (this) {
                ended++;
                notifyAll();
            }
        }

        private synchronized void awaitRuns(int count) {
            while (ended < count) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
