package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Memberships;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A commit that breaks off in the middle, for want of memory or stack, leaves nothing of itself and lets nothing come behind it. */
@Timeout(60)
class BrokenCommitTest {
    private static final TableName BRITTLE = new TableName(102, "brittle", 16, 40, 1, BrokenCommitTest::index);
    private static final byte BREAKS = 66;
    private static final SetKey ALL = new SetKey(101, 0, 0);

    private static final AtomicBoolean TAKING_BACK_BREAKS = new AtomicBoolean();

    private final MemoryDisk disk = new MemoryDisk();

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void apply_breaksOff_nothingOfItIsSeenAndNothingComesBehindIt(TableKind kind) {
        byte[] before;
        try (Store store = open(kind, disk)) {
            store.await(put(store, 1, (byte) 1));
            before = store.stateHash();

            assertThatThrownBy(() -> store.write(transaction -> transaction.append(
                            List.of(row(2, (byte) 2), row(1, (byte) 3), row(3, BREAKS), row(4, (byte) 4)),
                            transaction.nowMillis())))
                    .isInstanceOf(StackOverflowError.class);

            assertThat(store.stateHash()).isEqualTo(before);
            assertThat(store.<Boolean>readToAnswer(
                            rows -> rows.get(BRITTLE, Parcels.key(2)) == null && rows.size(ALL) == 1))
                    .isTrue();
            assertThat(store.isWritable()).isFalse();
            assertThatThrownBy(() -> put(store, 5, (byte) 5)).isInstanceOf(Refused.class);
        }
        try (Store store = open(kind, disk)) {
            assertThat(store.stateHash()).isEqualTo(before);
            store.await(put(store, 5, (byte) 5));
        }
    }

    @Test
    void journal_cannotTakeTheRecord_itsRowsAreTakenBackAndNothingComesBehindIt() {
        AtomicBoolean breaks = new AtomicBoolean();
        Journal journal = new RecordingJournal(new MemoryJournal()) {
            @Override
            public void append(Record record) {
                if (breaks.get()) {
                    throw new OutOfMemoryError("Java heap space");
                }
                super.append(record);
            }
        };
        try (Store store = Store.open(settings(TableKind.HEAP), journal, EngineClock.system())) {
            store.await(put(store, 1, (byte) 1));
            byte[] before = store.stateHash();
            breaks.set(true);

            assertThatThrownBy(() -> put(store, 2, (byte) 2)).isInstanceOf(OutOfMemoryError.class);

            assertThat(store.stateHash()).isEqualTo(before);
            breaks.set(false);
            assertThatThrownBy(() -> put(store, 3, (byte) 3)).isInstanceOf(Refused.class);
            assertThat(store.stateHash()).isEqualTo(before);
        }
    }

    @Test
    void listener_fails_theRecordIsAcknowledgedAndTheJournalIsWell() {
        try (Store store = open(TableKind.HEAP, disk)) {
            AtomicInteger heard = new AtomicInteger();
            store.onCommitted((sequence, writes) -> {
                throw new OutOfMemoryError("unable to create native thread");
            });
            store.onCommitted((sequence, writes) -> heard.incrementAndGet());

            store.whenCommitted(put(store, 1, (byte) 1))
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
            store.whenCommitted(put(store, 2, (byte) 2))
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();

            assertThat(heard).hasValue(2);
            assertThat(store.isWritable()).isTrue();
        }
    }

    @Test
    void append_storeIsClosed_isRefusedAndNobodyWaits() {
        Store store = open(TableKind.HEAP, disk);
        store.await(put(store, 1, (byte) 1));
        store.close();

        assertThatThrownBy(() -> store.await(put(store, 2, (byte) 2)))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.refusal().code()).isEqualTo(ProblemCode.SHUTTING_DOWN);
                    assertThat(refused.refusal().retryAfterSeconds()).isEqualTo(1);
                });
    }

    @Test
    void apply_breaksOffAndSoDoesTakingBack_theWriterIsDoneAllTheSame() {
        try (Tables tables = new Tables(TableKind.HEAP, List.of(BRITTLE), 1000)) {
            List<Changes.Write> undo = tables.apply(new Record(0, 1, 1, 0, 0, List.of(row(1, (byte) 1))));
            assertThat(undo).hasSize(1);
            TAKING_BACK_BREAKS.set(true);
            try {
                assertThatThrownBy(() -> tables.apply(new Record(0, 1, 2, 0, 0, List.of(row(3, BREAKS)))))
                        .isInstanceOf(StackOverflowError.class);
            } finally {
                TAKING_BACK_BREAKS.set(false);
            }

            assertThat(tables.version()).as("even: nobody writes").isEven();
            assertThat(tables.lastSequence()).isEqualTo(1);
        }
    }

    @Test
    void snapshot_journalFailsMeanwhile_leavesNoHalfOne() throws IOException {
        AtomicBoolean fails = new AtomicBoolean();
        Disk failing = new ForwardingDisk(disk) {
            @Override
            void sync(String name, File file) throws IOException {
                if (fails.get() && Segment.numberOf(name) > 0) {
                    throw new IOException("Input/output error");
                }
                super.sync(name, file);
            }
        };
        try (Store store = open(TableKind.HEAP, failing)) {
            store.await(put(store, 1, (byte) 1));
            fails.set(true);
            long unused = put(store, 2, (byte) 2);

            assertThatThrownBy(store::snapshot).isInstanceOf(Refused.class);

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
            void sync(String name, File file) throws IOException {
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
        Store store = open(TableKind.HEAP, slow);
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
        while (closer.getState() != Thread.State.WAITING && !lockGivenUp.get()) {
            Thread.onSpinWait();
        }

        assertThat(lockGivenUp).isFalse();
        goOn.countDown();
        closer.join();
        assertThat(lockGivenUp).isTrue();
        assertThat(stillInterrupted).isTrue();
    }

    private static Store open(TableKind kind, Disk disk) {
        Store.Files files =
                new Store.Files(Path.of("nowhere"), Journal.Durability.FSYNC, DiskLife.SEGMENT_BYTES, DiskLife.NEVER);
        return Store.open(settings(kind), files, disk, EngineClock.system());
    }

    private static Store.Settings settings(TableKind kind) {
        return new Store.Settings(kind, List.of(BRITTLE), 1000);
    }

    private static long put(Store store, long id, byte value) {
        return store.write(transaction -> transaction.append(List.of(row(id, value)), transaction.nowMillis()));
    }

    private static Changes.Write row(long id, byte value) {
        return new Changes.Write(
                BRITTLE,
                Parcels.key(id),
                new RowWriter(1).bytes(new byte[] {value}).row());
    }

    /** Adds one member for each row, and breaks off in the middle of what it does for one of them. */
    private static void index(byte[] key, byte[] before, byte[] after, Memberships sets) {
        if (before != null) {
            if (TAKING_BACK_BREAKS.get()) {
                throw new StackOverflowError();
            }
            sets.remove(ALL, key[15]);
        }
        if (after != null) {
            sets.add(ALL, key[15]);
            if (after[after.length - 1] == BREAKS) {
                throw new StackOverflowError();
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
