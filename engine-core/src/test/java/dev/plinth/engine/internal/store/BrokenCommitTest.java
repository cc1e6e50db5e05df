package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.ForwardingDisk;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A commit that breaks off in the middle, for want of memory or stack, leaves nothing of itself, and the store goes on. */
@Timeout(180)
@Tag("scaled")
class BrokenCommitTest {
    private static final TableName<?> BRITTLE = TableName.of(
            102, "brittle", 16, 40, 1, TableName.Owner.KEY, new RowIndex<>(row -> row, BrokenCommitTest::tell));
    private static final byte BREAKS = 66;
    private static final SetKey ALL = new SetKey(101, 0, 0);

    /** True from the breaking of a record on until its row is told again, when it is taken back. */
    private static final AtomicBoolean BROKEN = new AtomicBoolean();

    private static final AtomicBoolean TAKING_BACK_BREAKS = new AtomicBoolean();
    private static final Runnable NOTHING = () -> {};

    /** Runs in the middle of a record that breaks off, when the rows before are there. */
    private static final AtomicReference<Runnable> BEFORE_IT_BREAKS = new AtomicReference<>(NOTHING);

    private static final int ROWS = 50;
    private static final int READERS = 8;

    private final MemoryDisk disk = new MemoryDisk();

    @ParameterizedTest
    @EnumSource(Tables.class)
    void apply_breaksOff_nothingOfItIsSeenAndTheNextOneTakesItsPlace(Tables kind) {
        byte[] after;
        try (Store store = open(kind, disk)) {
            store.await(put(store, 1, (byte) 1));
            byte[] before = store.stateHash();

            assertThatThrownBy(() -> store.write(transaction -> transaction.append(
                            List.of(row(2, (byte) 2), row(1, (byte) 3), row(3, BREAKS), row(4, (byte) 4)),
                            transaction.nowMillis())))
                    .isInstanceOf(StackOverflowError.class);

            assertThat(store.stateHash()).isEqualTo(before);
            assertThat(store.<Boolean>readToAnswer(
                            rows -> rows.get(BRITTLE, TestRows.key(2)) == null && rows.size(ALL) == 1))
                    .isTrue();
            long next = put(store, 5, (byte) 5);
            assertThat(next).isEqualTo(2);
            store.await(next);
            after = store.stateHash();
        }
        try (Store store = open(kind, disk)) {
            assertThat(store.stateHash()).isEqualTo(after);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"prepare", "append"})
    void journal_hasNoMemoryForTheRecord_itsRowsAreTakenBackAndTheNextOneTakesItsPlace(String where) {
        AtomicReference<String> breaks = new AtomicReference<>("");
        List<Long> heard = new ArrayList<>();
        List<Changes.Write> undone = new ArrayList<>();
        RecordingJournal journal = new RecordingJournal(new MemoryJournal()) {
            @Override
            public void prepare(Record record) {
                breakAt("prepare");
                super.prepare(record);
            }

            @Override
            public void append(Record record) {
                breakAt("append");
                super.append(record);
            }

            private void breakAt(String here) {
                if (breaks.get().equals(here)) {
                    throw new OutOfMemoryError("Java heap space");
                }
            }
        };
        ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        try (Store store = Store.open(settings(Tables.HEAP), journal, clock)) {
            store.onCommitted((sequence, writes) -> heard.add(sequence));
            store.onUndone(undone::addAll);
            store.await(put(store, 1, (byte) 1));
            byte[] before = store.stateHash();
            long lastTime = store.lastTimeMillis();
            breaks.set(where);
            clock.advance(Duration.ofSeconds(5));

            assertThatThrownBy(() -> put(store, 2, (byte) 2)).isInstanceOf(OutOfMemoryError.class);

            assertThat(store.stateHash()).isEqualTo(before);
            assertThat(store.lastTimeMillis()).isEqualTo(lastTime);
            // A caller that may have read the row between the two hears that it is gone.
            assertThat(undone)
                    .extracting(Changes.Write::row)
                    .isEqualTo(where.equals("append") ? Collections.singletonList(null) : List.of());
            breaks.set("");
            store.await(put(store, 3, (byte) 3));
            assertThat(heard).containsExactly(1L, 2L);
            assertThat(RecordReplay.stateHash(Tables.HEAP, List.of(BRITTLE), journal.appended()))
                    .isEqualTo(store.stateHash());
        }
    }

    @Test
    void heap_hasNoRoomForOneCommit_isRefusedAloneAndTheNextOnesSucceed(@TempDir Path directory) throws Exception {
        assertThat(inAScarceJvm(List.of("-Xmx24m", "-XX:+UseSerialGC"), directory.toString(), "heap"))
                .contains("large commit: no memory, state as before: true", "records: 3", "reopened alike: true");
    }

    @Test
    void directMemory_hasNoRoomForOneFrame_itsCommitIsRefusedAloneAndTheNextOneSucceeds(@TempDir Path directory)
            throws Exception {
        assertThat(inAScarceJvm(List.of("-XX:MaxDirectMemorySize=3m"), directory.toString()))
                .contains("large commit: no memory, state as before: true", "records: 2", "reopened alike: true");
    }

    @Test
    void read_oneRowOfARecordThatBreaksOff_showsWhatStoodBefore() {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch applied = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        try (Store store = open(Tables.HEAP, disk)) {
            store.await(put(store, 1, (byte) 1));
            CompletableFuture<Byte> read = CompletableFuture.supplyAsync(() -> store.readToAnswer(rows -> {
                reading.countDown();
                awaitQuietly(applied);
                byte value = value(rows, 1);
                seen.countDown();
                return value;
            }));
            awaitQuietly(reading);

            breakOff(store, List.of(row(1, (byte) 3), row(2, BREAKS)), () -> {
                applied.countDown();
                awaitQuietly(seen);
            });

            assertThat(read.join()).isEqualTo((byte) 1);
        }
    }

    @Test
    void view_oneRowOfARecordThatBreaksOff_showsWhatStoodBefore() {
        try (Store store = open(Tables.HEAP, disk)) {
            store.await(put(store, 1, (byte) 1));
            AtomicReference<CompletableFuture<Boolean>> read = new AtomicReference<>();

            breakOff(store, List.of(row(1, (byte) 3), row(2, (byte) 2), row(3, BREAKS)), () -> {
                View view = store.viewToAnswer();
                read.set(CompletableFuture.supplyAsync(
                        () -> value(view, 1) == 1 && view.get(BRITTLE, TestRows.key(2)) == null));
                for (int i = 0; i < 10_000 && !read.get().isDone(); i++) {
                    Thread.yield();
                }
            });

            assertThat(read.get().join()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void read_besideRecordsOfWhichHalfBreakOff_showsEachWholeOrNotAtAll(Tables kind) throws Exception {
        AtomicBoolean busy = new AtomicBoolean(true);
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try (Store store = Store.open(settings(kind), new MemoryJournal(), EngineClock.system())) {
            store.await(putAll(store, (byte) 0));
            List<Future<List<String>>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                int row = i;
                readers.add(threads.submit(() -> {
                    List<String> wrong = new ArrayList<>();
                    do {
                        byte one = store.readToAnswer(rows -> value(rows, row));
                        byte alone = value(store.viewToAnswer(), row);
                        String all = store.readToAnswer(BrokenCommitTest::values);
                        if (one % 2 != 0 || alone % 2 != 0 || !isWhole(all)) {
                            wrong.add(one + ", " + alone + ", " + all);
                        }
                    } while (busy.get() && wrong.size() < 10);
                    return wrong;
                }));
            }
            for (int turn = 0; turn < TestScale.count(5_000); turn++) {
                byte even = (byte) (turn % 20 * 2);
                store.await(putAll(store, even));
                List<Changes.Write> odd = all((byte) (even + 1));
                odd.add(row(ROWS, BREAKS));
                breakOff(store, odd, NOTHING);
            }
            busy.set(false);
            for (Future<List<String>> each : readers) {
                assertThat(each.get()).isEmpty();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void snapshot_copiesRowsThatAreTakenBackMeanwhile_isNotGivenItsName() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch applied = new CountDownLatch(1);
        CountDownLatch copied = new CountDownLatch(1);
        Disk watched = new ForwardingDisk(disk) {
            private int writes;

            @Override
            public void write(String name, File file, ByteBuffer source, long position) throws IOException {
                super.write(name, file, source, position);
                if (name.equals(Snapshot.TEMPORARY)) {
                    writes++;
                    if (writes == 1) { // the header
                        begun.countDown();
                        awaitQuietly(applied);
                    } else if (writes == 3) { // a block behind its own
                        copied.countDown();
                    }
                }
            }
        };
        byte[] after;
        try (Store store = open(Tables.HEAP, watched)) {
            store.await(put(store, 1, (byte) 1));
            CompletableFuture<Void> snapshot = CompletableFuture.runAsync(() -> makeSnapshot(store));
            awaitQuietly(begun);

            breakOff(store, List.of(row(1, (byte) 3), row(2, BREAKS)), () -> {
                applied.countDown();
                awaitQuietly(copied);
            });

            assertThatThrownBy(snapshot::join).hasMessageContaining("taken back");
            assertThat(StoreNames.of(disk).snapshots()).isEmpty();
            store.await(put(store, 5, (byte) 5));
            store.snapshot();
            after = store.stateHash();
        }
        try (Store store = open(Tables.HEAP, disk)) {
            assertThat(store.stateHash()).isEqualTo(after);
        }
    }

    @Test
    void apply_breaksOffAndSoDoesTakingBack_nothingComesBehindIt() {
        byte[] before;
        try (Store store = open(Tables.HEAP, disk)) {
            store.await(put(store, 1, (byte) 1));
            before = store.stateHash();
            TAKING_BACK_BREAKS.set(true);
            try {
                assertThatThrownBy(() -> put(store, 3, BREAKS)).isInstanceOf(StackOverflowError.class);
            } finally {
                TAKING_BACK_BREAKS.set(false);
            }

            assertThat(store.isWritable()).isFalse();
            assertThatThrownBy(() -> put(store, 5, (byte) 5)).isInstanceOf(RefusedException.class);
        }
        try (Store store = open(Tables.HEAP, disk)) {
            assertThat(store.stateHash()).isEqualTo(before);
        }
    }

    @Test
    void listener_fails_theRecordIsAcknowledgedAndTheJournalIsWell() {
        try (Store store = open(Tables.HEAP, disk)) {
            AtomicInteger heard = new AtomicInteger();
            store.onCommitted((sequence, writes) -> {
                throw new OutOfMemoryError("unable to create native thread");
            });
            store.onCommitted((sequence, writes) -> heard.incrementAndGet());

            store.whenCommitted(put(store, 1, (byte) 1))
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
            store.whenCommitted(put(store, 2, (byte) 2))
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();

            assertThat(heard).hasValue(2);
            assertThat(store.isWritable()).isTrue();
        }
    }

    @Test
    void append_storeIsClosed_isRefusedAndNobodyWaits() {
        Store store = open(Tables.HEAP, disk);
        store.await(put(store, 1, (byte) 1));
        store.close();

        assertThatThrownBy(() -> store.await(put(store, 2, (byte) 2)))
                .isInstanceOfSatisfying(RefusedException.class, refused -> {
                    assertThat(refused.refusal().code()).isEqualTo(ProblemCode.SHUTTING_DOWN);
                    assertThat(refused.refusal().retryAfterSeconds()).isEqualTo(1);
                });
    }

    @Test
    void apply_breaksOffAndSoDoesTakingBack_theWriterIsDoneAllTheSame() {
        try (StoreTables tables = new StoreTables(new StoreSettings(Tables.HEAP, List.of(BRITTLE), 1_000_000))) {
            Record first = new Record(0, 1, 1, 0, 0, List.of(row(1, (byte) 1)));
            Object[] rowsBefore = tables.apply(first);
            tables.complete(first);
            assertThat(rowsBefore).containsOnlyNulls();
            TAKING_BACK_BREAKS.set(true);
            try {
                assertThatThrownBy(() -> tables.apply(new Record(0, 1, 2, 0, 0, List.of(row(3, BREAKS)))))
                        .isInstanceOf(StackOverflowError.class);
            } finally {
                TAKING_BACK_BREAKS.set(false);
            }

            assertThat(tables.isTorn()).isTrue();
            assertThat(tables.version()).as("even: nobody writes").isEven();
            assertThat(tables.lastSequence()).isEqualTo(1);
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // what waits there bears an interrupt
    void rowLoader_setsBreakOff_endsWithTheReason() {
        try (StoreTables tables = new StoreTables(new StoreSettings(Tables.HEAP, List.of(BRITTLE), 1_000_000))) {
            RowLoader loader = new RowLoader(tables);
            for (int i = 0; i < 100_000; i++) {
                loader.put(BRITTLE, TestRows.key(i), row(i, BREAKS).row());
            }

            assertThatThrownBy(loader::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasCauseInstanceOf(StackOverflowError.class);
        }
    }

    @Test
    void snapshot_journalFailsMeanwhile_leavesNoHalfOne() throws IOException {
        AtomicBoolean fails = new AtomicBoolean();
        Disk failing = new ForwardingDisk(disk) {
            @Override
            public void sync(String name, File file) throws IOException {
                if (fails.get() && Segment.numberOf(name) > 0) {
                    throw new IOException("Input/output error");
                }
                super.sync(name, file);
            }
        };
        try (Store store = open(Tables.HEAP, failing)) {
            store.await(put(store, 1, (byte) 1));
            fails.set(true);
            long unused = put(store, 2, (byte) 2);

            assertThatThrownBy(store::snapshot).isInstanceOf(RefusedException.class);

            assertThat(disk.names()).doesNotContain(Snapshot.TEMPORARY);
            assertThat(StoreNames.of(disk).snapshots()).isEmpty();
        }
    }

    @Test
    void close_interrupted_keepsTheLockUntilNothingIsWrittenAnyMore() throws InterruptedException {
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean held = new AtomicBoolean();
        AtomicBoolean lockGivenUp = new AtomicBoolean();
        Disk slow = new ForwardingDisk(disk) {
            @Override
            public void sync(String name, File file) throws IOException {
                if (held.get()) {
                    syncing.countDown();
                    awaitQuietly(goOn);
                }
                super.sync(name, file);
            }

            @Override
            public void close() {
                lockGivenUp.set(true);
            }
        };
        Store store = open(Tables.HEAP, slow);
        held.set(true);
        long unused = put(store, 1, (byte) 1);
        syncing.await();
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        Thread closer = new Thread(() -> {
            Thread.currentThread().interrupt();
            store.close();
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        closer.start();
        Patience.until(() -> closer.getState() == Thread.State.WAITING || lockGivenUp.get());

        assertThat(lockGivenUp).isFalse();
        goOn.countDown();
        closer.join();
        assertThat(lockGivenUp).isTrue();
        assertThat(stillInterrupted).isTrue();
    }

    private static Store open(Tables kind, Disk disk) {
        StoreFiles files = new StoreFiles(
                Path.of("nowhere"), Durability.FSYNC, RandomDiskWrites.SEGMENT_BYTES, RandomDiskWrites.NEVER);
        return files.open(settings(kind), disk, EngineClock.system());
    }

    private static StoreSettings settings(Tables kind) {
        return new StoreSettings(kind, List.of(BRITTLE), 1000);
    }

    private static long put(Store store, long id, byte value) {
        return store.write(transaction -> transaction.append(List.of(row(id, value)), transaction.nowMillis()));
    }

    private static String inAScarceJvm(List<String> flags, String... arguments) throws IOException {
        Process child = ChildJvm.start(ScarceMemory.class, flags, arguments)
                .redirectErrorStream(true)
                .start();
        return new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Breaks off with the last of these rows; what is to run before runs when all others are there. */
    private static void breakOff(Store store, List<Changes.Write> writes, Runnable before) {
        BEFORE_IT_BREAKS.set(before);
        try {
            assertThatThrownBy(() -> store.write(transaction -> transaction.append(writes, transaction.nowMillis())))
                    .isInstanceOf(StackOverflowError.class);
        } finally {
            BEFORE_IT_BREAKS.set(NOTHING);
        }
    }

    private static void makeSnapshot(Store store) {
        try {
            store.snapshot();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long putAll(Store store, byte value) {
        return store.write(transaction -> transaction.append(all(value), transaction.nowMillis()));
    }

    private static List<Changes.Write> all(byte value) {
        List<Changes.Write> writes = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            writes.add(row(i, value));
        }
        return writes;
    }

    private static byte value(Rows rows, long id) {
        byte[] row = rows.get(BRITTLE, TestRows.key(id));
        return row == null ? -1 : row[row.length - 1];
    }

    private static String values(Rows rows) {
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            values.append(value(rows, i)).append(' ');
        }
        return values.toString();
    }

    private static boolean isWhole(String values) {
        String first = values.substring(0, values.indexOf(' '));
        return Integer.parseInt(first) % 2 == 0 && values.equals((first + " ").repeat(ROWS));
    }

    private static Changes.Write row(long id, byte value) {
        return new Changes.Write(
                BRITTLE,
                TestRows.key(id),
                new RowWriter(1).bytes(new byte[] {value}).row());
    }

    /** Adds one member for each row, and breaks off in the middle of what it does for one of them. */
    private static void tell(byte[] key, byte[] row, RowSets sets) {
        boolean breaks = row[row.length - 1] == BREAKS;
        boolean takenBack = breaks && BROKEN.getAndSet(false);
        if (takenBack && TAKING_BACK_BREAKS.get()) {
            throw new StackOverflowError();
        }
        sets.member(ALL, key[15]);
        if (breaks && !takenBack) {
            BEFORE_IT_BREAKS.get().run();
            BROKEN.set(true);
            throw new StackOverflowError();
        }
    }

    @BeforeEach
    void nothingIsBroken() {
        BROKEN.set(false);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
