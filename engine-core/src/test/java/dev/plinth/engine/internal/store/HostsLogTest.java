package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.CapturedLog;
import dev.plinth.engine.internal.base.problem.ProblemCode;
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
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A log handler of the host's that throws, or waits, holds up nobody: not those who wait for a disk that has failed, and no later commit. */
@Timeout(300)
class HostsLogTest {
    private static final TableName<?> ROWS = TableName.of(101, "rows", 16, 40, 1, TableName.Owner.ENGINE);
    private static final long SECONDS_MAX = 60;

    private final MemoryDisk disk = new MemoryDisk();
    private final AtomicBoolean fails = new AtomicBoolean();

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FSYNC", "OS"})
    void journal_failsWhileTheLogThrows_tellsAllWhoWait(Durability level) {
        try (CapturedLog log = CapturedLog.showing(line -> {
            throw new AssertionError("the host's handler fails");
        })) {
            Store store = open(level);
            store.await(put(store, 1));
            fails.set(true);

            for (long id = 2; store.isWritable(); id++) {
                awaitFailing(store, id);
            }

            assertThatThrownBy(() -> put(store, 1)).isInstanceOf(RefusedException.class);
            store.close();
            assertThat(log.lines()).anyMatch(line -> line.contains("Check the disk"));
        }
    }

    @Test
    void journal_failsWhileTheLogWaits_tellsAllWhoWait() {
        CountDownLatch letGo = new CountDownLatch(1);
        try (CapturedLog log = CapturedLog.showing(line -> await(letGo))) {
            Store store = open(Durability.FSYNC);
            store.await(put(store, 1));
            fails.set(true);

            awaitFailing(store, 2);

            assertThat(store.isWritable()).isFalse();
            letGo.countDown();
            store.close();
            assertThat(log.lines()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void listener_failsAndSoDoesTheLog_laterCommitsAreHeardOf(boolean throwsAnError) {
        try (CapturedLog log = CapturedLog.showing(line -> {
                    throw new IllegalStateException("the host's handler fails");
                });
                Store store = open(Durability.FSYNC)) {
            store.onCommitted((sequence, writes) -> {
                if (throwsAnError) {
                    throw new NoSuchMethodError("on purpose");
                }
                throw new IllegalStateException("on purpose");
            });
            for (long id = 1; id <= 100; id++) {
                store.whenCommitted(put(store, id))
                        .orTimeout(SECONDS_MAX, TimeUnit.SECONDS)
                        .join();
            }
            assertThat(log.lines()).as("lines for 100 records").hasSize(1);
        }
    }

    private void awaitFailing(Store store, long id) {
        try {
            store.whenCommitted(put(store, id))
                    .orTimeout(SECONDS_MAX, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException lost) {
            assertThat(lost.getCause())
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.refusal().code()).isEqualTo(ProblemCode.OUTCOME_UNKNOWN));
        } catch (RefusedException tooLate) {
            assertThat(store.isWritable()).isFalse();
        }
    }

    private Store open(Durability level) {
        Disk failing = new ForwardingDisk(disk) {
            @Override
            public void write(String name, File file, ByteBuffer bytes, long position) throws IOException {
                check(name);
                super.write(name, file, bytes, position);
            }

            @Override
            public void sync(String name, File file) throws IOException {
                check(name);
                super.sync(name, file);
            }
        };
        return new StoreFiles(Path.of("nowhere"), level, RandomDiskWrites.SEGMENT_BYTES, RandomDiskWrites.NEVER)
                .open(new StoreSettings(Tables.HEAP, List.of(ROWS), 1_000_000), failing, EngineClock.system());
    }

    private void check(String name) throws IOException {
        if (fails.get() && Segment.numberOf(name) > 0) {
            throw new IOException("Input/output error");
        }
    }

    private static long put(Store store, long id) {
        byte[] row = new RowWriter(1).bytes(new byte[] {1}).row();
        return store.write(transaction ->
                transaction.append(List.of(new Changes.Write(ROWS, TestRows.key(id), row)), transaction.nowMillis()));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
