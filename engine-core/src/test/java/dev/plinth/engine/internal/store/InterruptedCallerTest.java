package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An interrupt of a thread that writes ends neither the journal nor the record, and the thread still hears of it. */
@Timeout(300)
class InterruptedCallerTest {
    private static final int RECORDS = 3_000;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(names = {"FSYNC", "OS"})
    void write_interruptedBeforeAndMeanwhile_isKeptAndTheThreadStaysInterrupted(Durability durability) {
        Thread caller = Thread.currentThread();
        AtomicBoolean done = new AtomicBoolean();
        Thread pest = new Thread(() -> {
            while (!done.get()) {
                caller.interrupt();
            }
        });
        try (Store store = open(durability)) {
            pest.start();
            try {
                Patience.until(() -> caller.isInterrupted());
                for (long i = 0; i < RECORDS; i++) {
                    store.await(TestRows.put(store, i, i));
                }
            } finally {
                done.set(true);
                Joins.uninterruptibly(pest);
            }
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        }
        try (Store store = open(durability)) {
            for (long i = 0; i < RECORDS; i++) {
                assertThat(TestRows.value(store.viewToAnswer(), i)).isEqualTo(i);
            }
            assertThat(store.committed()).isEqualTo(RECORDS);
        }
    }

    private Store open(Durability durability) {
        StoreFiles files = new StoreFiles(directory, durability, 64 * 1024, RandomDiskWrites.NEVER);
        return files.open(TestRows.settings(Tables.HEAP), EngineClock.system());
    }
}
