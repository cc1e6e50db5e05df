package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.CapturedLog;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.ForwardingDisk;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A journal that ends for want of memory, or by a bug, says so, and does not speak of the disk. */
@Timeout(60)
class DeadJournalTest {
    private static final TableName<?> ROWS = TableName.of(101, "rows", 16, 40, 1, TableName.Owner.ENGINE);

    private final MemoryDisk disk = new MemoryDisk();
    private final AtomicReference<Throwable> fault = new AtomicReference<>();

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void write_noMemory_isAFailureOfTheEngineAndNotOfTheDisk(Durability level) {
        List<String> lines = failing(
                level,
                new OutOfMemoryError("Java heap space"),
                failure -> assertThat(failure)
                        .hasValueSatisfying(
                                said -> assertThat(said).contains("no memory left (Java heap space)", "-Xmx")));

        assertThat(lines)
                .isNotEmpty()
                .noneMatch(line -> line.contains("disk failed") || line.contains("Check the disk"));
    }

    @Test
    void write_bug_namesTheThreadThatHasEnded() {
        List<String> lines = failing(
                Durability.FSYNC,
                new IllegalStateException("on purpose"),
                failure -> assertThat(failure)
                        .hasValueSatisfying(said -> assertThat(said).contains("plinth-journal", "on purpose")));

        assertThat(lines).isNotEmpty().noneMatch(line -> line.contains("Check the disk"));
    }

    /** Reads go on then, and the operator looks at the disk. */
    @Test
    void write_diskFails_isNoFailureOfAThread() {
        List<String> lines = failing(
                Durability.FSYNC,
                new IOException("Input/output error"),
                failure -> assertThat(failure).isEmpty());

        assertThat(lines).anyMatch(line -> line.contains("Check the disk"));
    }

    private List<String> failing(Durability level, Throwable error, Consumer<Optional<String>> check) {
        try (CapturedLog log = CapturedLog.open()) {
            try (Store store = open(level)) {
                store.await(put(store, 1));
                fault.set(error);
                for (long id = 2; store.isWritable(); id++) {
                    awaitLost(store, id);
                }
                check.accept(store.fatalErrors().failure());
                fault.set(null);
            }
            return List.copyOf(log.lines());
        }
    }

    private static void awaitLost(Store store, long id) {
        try {
            store.whenCommitted(put(store, id)).join();
        } catch (CompletionException | RefusedException lost) {
            assertThat(store.isWritable()).isFalse();
        }
    }

    private Store open(Durability level) {
        Disk failing = new ForwardingDisk(disk) {
            @Override
            public void write(String name, File file, ByteBuffer bytes, long position) throws IOException {
                if (Segment.numberOf(name) > 0) {
                    throwFault();
                }
                super.write(name, file, bytes, position);
            }
        };
        return new StoreFiles(Path.of("nowhere"), level, RandomDiskWrites.SEGMENT_BYTES, RandomDiskWrites.NEVER)
                .open(new StoreSettings(Tables.HEAP, List.of(ROWS), 1000), failing, EngineClock.system());
    }

    private void throwFault() throws IOException {
        Throwable thrown = fault.get();
        if (thrown instanceof IOException ofTheDisk) {
            throw ofTheDisk;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException bug) {
            throw bug;
        }
    }

    private static long put(Store store, long id) {
        byte[] row = new RowWriter(1).bytes(new byte[] {1}).row();
        return store.write(transaction ->
                transaction.append(List.of(new Changes.Write(ROWS, TestRows.key(id), row)), transaction.nowMillis()));
    }
}
