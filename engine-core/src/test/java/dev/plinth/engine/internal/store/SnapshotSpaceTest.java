package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.internal.store.log.ForwardingDisk;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Updates of rows that are there do not make the directory grow. */
class SnapshotSpaceTest {
    private static final int ROWS = 20_000;
    private static final int UPDATES = 60_000;
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int OFTEN = 1;

    private final MemoryDisk memory = new MemoryDisk();
    private final AtomicLong largest = new AtomicLong();

    @Test
    void updates_steady_diskStaysBelowThreeTimesTheRows() throws IOException {
        StoreFiles files = new StoreFiles(Path.of("nowhere"), Durability.FSYNC, SEGMENT_BYTES, Long.MAX_VALUE);
        try (Store store = files.open(TestRows.settings(Tables.HEAP), new WeighedDisk(), EngineClock.system())) {
            for (int i = 0; i < ROWS; i++) {
                store.await(TestRows.put(store, i, i));
            }
            store.snapshot();
            store.await(TestRows.put(store, 0, 0));
            store.snapshot();
        }
        largest.set(0);
        long live = Snapshot.newestBytes(memory);
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        StoreFiles often = new StoreFiles(Path.of("nowhere"), Durability.FSYNC, SEGMENT_BYTES, OFTEN);
        try (Store store = often.open(TestRows.settings(Tables.HEAP), new WeighedDisk(), EngineClock.system())) {
            Random random = new Random(1);
            Thread maker = snapshots(before);
            for (int i = 0; i < UPDATES; i++) {
                store.await(TestRows.put(store, random.nextInt(ROWS), i));
                if (i % 100 == 0) {
                    awaitSnapshot(maker);
                }
            }
        }

        // Beside that the last segment, the next one and one that is half needed.
        assertThat(largest.get()).isLessThanOrEqualTo(3 * live + 3 * SEGMENT_BYTES);
        assertThat(StoreNames.of(memory).snapshots()).isNotEmpty();
    }

    @Test
    void close_whileASnapshotIsWritten_breaksItOff() throws IOException {
        CompletableFuture<Store> opened = new CompletableFuture<>();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Disk closing = new ForwardingDisk(memory) {
            private boolean hasBegun;

            @Override
            public void write(String name, File file, ByteBuffer source, long position) throws IOException {
                super.write(name, file, source, position);
                if (name.equals(Snapshot.TEMPORARY) && !hasBegun) {
                    hasBegun = true;
                    Store store = opened.join();
                    Thread closer = new Thread(() -> {
                        store.close();
                        closed.complete(null);
                    });
                    closer.start();
                    Patience.until(() -> closer.getState() == Thread.State.WAITING); // for this thread
                }
            }
        };
        StoreFiles often = new StoreFiles(Path.of("nowhere"), Durability.FSYNC, SEGMENT_BYTES, OFTEN);
        Store store = often.open(TestRows.settings(Tables.HEAP), closing, EngineClock.system());
        store.await(TestRows.put(store, 0, 0));
        opened.complete(store);

        closed.orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(StoreNames.of(memory).snapshots()).isEmpty();
        assertThat(memory.names()).doesNotContain(Snapshot.TEMPORARY);
    }

    @Test
    void snapshot_isDueWhenAQuarterWasOverwrittenOrTheJournalIsAsLong() {
        assertThat(Snapshots.untilDue(249, 1000, 1000, 100)).as("updates").isEqualTo(1);
        assertThat(Snapshots.untilDue(250, 1000, 1000, 100)).as("updates").isZero();
        assertThat(Snapshots.untilDue(250, 900, 1000, 100)).as("rows went").isZero();
        assertThat(Snapshots.untilDue(999, 1999, 1000, 100)).as("growth").isEqualTo(1);
        assertThat(Snapshots.untilDue(1000, 2000, 1000, 100)).as("growth").isZero();
        assertThat(Snapshots.untilDue(600, 1400, 1000, 100)).as("both").isEqualTo(50);
        assertThat(Snapshots.untilDue(99, 40, 40, 100)).as("a small store").isEqualTo(1);
        assertThat(Snapshots.untilDue(5, 1000, 0, Long.MAX_VALUE)).as("never").isEqualTo(Long.MAX_VALUE - 5);
    }

    /** Weighs all files with each write. */
    private final class WeighedDisk extends ForwardingDisk {
        WeighedDisk() {
            super(memory);
        }

        @Override
        public void write(String name, File file, ByteBuffer source, long position) throws IOException {
            super.write(name, file, source, position);
            largest.accumulateAndGet(bytes(memory), Math::max);
        }
    }

    /** Until none is due and none is being made: while its thread gets no processor the journal grows, and nothing is wrong with it. */
    private void awaitSnapshot(Thread maker) throws IOException {
        Patience.until(() ->
                maker.getState() == Thread.State.WAITING && !memory.names().contains(Snapshot.TEMPORARY));
    }

    /** That of the store that was opened since then; others may still be about. */
    private static Thread snapshots(Set<Thread> before) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("plinth-snapshots") && !before.contains(thread)) {
                return thread;
            }
        }
        throw new AssertionError("Expected a thread plinth-snapshots");
    }

    private static long bytes(Disk disk) {
        long sum = 0;
        try {
            List<String> names = disk.names();
            for (String name : names) {
                try (Disk.File file = disk.open(name)) {
                    sum += file.size();
                } catch (IOException e) {
                    // Deleted meanwhile.
                    continue;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sum;
    }
}
