package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.log.FileJournal;
import dev.plinth.engine.internal.store.log.ForwardingDisk;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.internal.store.log.JournalEnd;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The flusher needs the next segment while the preparer is still filling it with zeros. */
@Timeout(60)
class SpareRaceTest {
    private static final String FLUSHER = "plinth-journal";
    private static final int RECORDS = 60;

    private final MemoryDisk memory = new MemoryDisk();
    private final StoppingDisk disk = new StoppingDisk(memory);
    private final CompletableFuture<Void> allDurable = new CompletableFuture<>();

    @Test
    void flusher_rotatesWhileTheNextSegmentIsBeingMade_waitsForIt() throws Exception {
        List<Record> records = records();
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        FileJournal journal = new FileJournal(
                disk,
                Durability.FSYNC,
                new JournalEnd(StoreId.random(), 0, 0, 0, 0, 0, false),
                RandomDiskWrites.SEGMENT_BYTES);
        disk.stopsThePreparer = true;
        journal.start(new Hearer());
        disk.preparerStopped.await();

        // Nobody asks for room, as the store would: the flusher has to rotate without a spare.
        for (Record record : records) {
            journal.prepare(record);
            journal.append(record);
            journal.flush(false);
        }
        Thread flusher = flusher(before);
        Patience.until(() -> flusher.getState() == Thread.State.BLOCKED || !disk.touchedSpare.isEmpty());
        assertThat(disk.touchedSpare)
                .as("operations of the flusher on the half-made segment")
                .isEmpty();
        disk.goOn.countDown();
        allDurable.join();
        journal.close();

        Recovery.RecoveredTables recovered = Recovery.run(memory.killed(), TestRows.settings(Tables.HEAP), null);
        try (StoreTables tables = recovered.tables()) {
            assertThat(recovered.end().sequence()).isEqualTo(RECORDS);
            assertThat(tables.stateHash())
                    .isEqualTo(RecordReplay.stateHash(Tables.HEAP, List.of(TestRows.TABLE), records));
        }
    }

    /** More than one segment takes, as a store would append them. */
    private static List<Record> records() {
        DeferredJournal made = DeferredJournal.stepwise();
        try (Store store = TestRows.open(Tables.HEAP, made, EngineClock.system())) {
            for (int i = 0; i < RECORDS; i++) {
                TestRows.put(store, i, i);
            }
        }
        return new ArrayList<>(made.appended());
    }

    /** That of the journal that was started since then; others may still be about. */
    private static Thread flusher(Set<Thread> before) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(FLUSHER) && !before.contains(thread)) {
                return thread;
            }
        }
        throw new AssertionError("Expected a thread " + FLUSHER);
    }

    /** Stops the preparer in the middle of the next segment, and notes who else is there meanwhile. */
    private static final class StoppingDisk extends ForwardingDisk {
        private final CountDownLatch preparerStopped = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final List<String> touchedSpare = new CopyOnWriteArrayList<>();
        private volatile boolean stopsThePreparer;

        StoppingDisk(Disk disk) {
            super(disk);
        }

        @Override
        public void write(String name, File file, ByteBuffer source, long position) throws IOException {
            if (stopsThePreparer && name.equals(Segment.SPARE) && !isFlusher()) {
                stopsThePreparer = false;
                preparerStopped.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            super.write(name, file, source, position);
        }

        @Override
        public File create(String name) throws IOException {
            note("create", name);
            return super.create(name);
        }

        @Override
        public void delete(String name) throws IOException {
            note("delete", name);
            super.delete(name);
        }

        @Override
        public void rename(String from, String to) throws IOException {
            note("rename", from);
            super.rename(from, to);
        }

        private void note(String operation, String name) {
            if (preparerStopped.getCount() == 0 && goOn.getCount() > 0 && isFlusher() && name.equals(Segment.SPARE)) {
                touchedSpare.add(operation);
            }
        }

        private static boolean isFlusher() {
            return Thread.currentThread().getName().equals(FLUSHER);
        }
    }

    private final class Hearer implements Journal.AppendListener {
        @Override
        public void durable(long sequence) {
            if (sequence == RECORDS) {
                allDurable.complete(null);
            }
        }

        @Override
        public void fenced(long sequence) {
            allDurable.completeExceptionally(new AssertionError("fenced at " + sequence));
        }

        @Override
        public void unknown(long sequence, boolean fenced) {
            allDurable.completeExceptionally(new AssertionError("unknown from " + sequence));
        }
    }
}
