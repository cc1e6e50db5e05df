package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.internal.base.Changes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Updates of rows that are there do not make the directory grow, and rows that come do not have all be copied again and again. */
class SnapshotSpaceTest {
    private static final int ROWS = 20_000;
    private static final int UPDATES = 60_000;
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int OFTEN = 1;
    private static final int ROWS_PER_RECORD = 50;

    private final MemoryDisk memory = new MemoryDisk();
    private final AtomicLong largest = new AtomicLong();
    private final AtomicLong copied = new AtomicLong();

    @Test
    void updates_steady_diskStaysBelowThreeTimesTheRows() throws IOException {
        Store.Files files =
                new Store.Files(Path.of("nowhere"), Journal.Durability.FSYNC, SEGMENT_BYTES, Long.MAX_VALUE);
        try (Store store =
                Store.open(Parcels.settings(TableKind.HEAP), files, new WeighedDisk(), EngineClock.system())) {
            for (int i = 0; i < ROWS; i++) {
                store.await(Parcels.put(store, i, i));
            }
            store.snapshot();
            store.await(Parcels.put(store, 0, 0));
            store.snapshot();
        }
        largest.set(0);
        long live = Snapshot.newestBytes(memory);
        Store.Files often = new Store.Files(Path.of("nowhere"), Journal.Durability.FSYNC, SEGMENT_BYTES, OFTEN);
        try (Store store =
                Store.open(Parcels.settings(TableKind.HEAP), often, new WeighedDisk(), EngineClock.system())) {
            Random random = new Random(1);
            for (int i = 0; i < UPDATES; i++) {
                store.await(Parcels.put(store, random.nextInt(ROWS), i));
            }
        }

        // Beside that the last segment, the next one and one that is half needed.
        assertThat(largest.get()).isLessThanOrEqualTo(3 * live + 3 * SEGMENT_BYTES);
        assertThat(StoreNames.of(memory).snapshots()).isNotEmpty();
    }

    @Test
    void rows_onlyAdded_areCopiedAboutTwice() throws IOException {
        Store.Files often = new Store.Files(Path.of("nowhere"), Journal.Durability.FSYNC, SEGMENT_BYTES, OFTEN);
        try (Store store =
                Store.open(Parcels.settings(TableKind.HEAP), often, new CountingDisk(), EngineClock.system())) {
            for (int i = 0; i < ROWS; i += ROWS_PER_RECORD) {
                store.await(putMany(store, i));
                while (memory.names().contains(Snapshot.TEMPORARY)) {
                    Thread.onSpinWait();
                }
            }
            long soFar = copied.get();
            store.snapshot();

            assertThat(soFar).isPositive().isLessThanOrEqualTo(7 * Snapshot.newestBytes(memory) / 2);
        }
    }

    /** Many to a record, which is hardly longer than its rows then: as records of the engine are. */
    private static long putMany(Store store, int first) {
        return store.write(transaction -> {
            List<Changes.Write> writes = new ArrayList<>();
            for (int i = first; i < first + ROWS_PER_RECORD; i++) {
                writes.add(Parcels.write(transaction, i, i));
            }
            return transaction.append(writes, transaction.nowMillis());
        });
    }

    /** Counts what goes into snapshots. */
    private final class CountingDisk extends ForwardingDisk {
        CountingDisk() {
            super(memory);
        }

        @Override
        void write(String name, File file, ByteBuffer source, long position) throws IOException {
            if (name.equals(Snapshot.TEMPORARY)) {
                copied.addAndGet(source.remaining());
            }
            super.write(name, file, source, position);
        }
    }

    /** Weighs all files with each write. */
    private final class WeighedDisk extends ForwardingDisk {
        WeighedDisk() {
            super(memory);
        }

        @Override
        void write(String name, File file, ByteBuffer source, long position) throws IOException {
            super.write(name, file, source, position);
            largest.accumulateAndGet(bytes(memory), Math::max);
        }
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
