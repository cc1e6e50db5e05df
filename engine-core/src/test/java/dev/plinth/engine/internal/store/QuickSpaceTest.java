package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.LoopDisk;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.memory.MappedTables;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A recovery whose tables stand in files while their file system is nearly full: to touch a page for which there is no room would
 * kill the process, so it ends before that, with one sentence.
 */
class QuickSpaceTest {
    private static final String BOOT = "boot-1";
    private static final int ROWS = 20_000;
    private static final int DISK_MEGABYTES = 400;

    private final MemoryDisk disk = new MemoryDisk();
    private final Deque<Long> usable = new ArrayDeque<>();

    @TempDir
    private Path directory;

    @Test
    void replay_fileSystemNearlyFull_isRefusedUntilThereIsSpace() {
        byte[] state;
        try (Store store = openWithout()) {
            put(store, 0, 100);
            state = store.stateHash();
        }

        usable.add(Long.MAX_VALUE);
        usable.add(MappedTables.SPACE_MIN_BYTES - 1);
        assertRefused(directory, MappedTables.SPACE_MIN_BYTES - 1);

        usable.clear();
        try (Store store = open(directory)) {
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    @Test
    void snapshot_fileSystemNearlyFull_isRefusedUntilThereIsSpace() throws IOException {
        byte[] state;
        try (Store store = openWithout()) {
            put(store, 0, 100);
            store.snapshot();
            state = store.stateHash();
        }

        usable.add(Long.MAX_VALUE);
        usable.add(MappedTables.SPACE_MIN_BYTES - 1);
        assertRefused(directory, MappedTables.SPACE_MIN_BYTES - 1);

        usable.clear();
        try (Store store = open(directory)) {
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    @Test
    void replayBehindTablesThatWereLeft_fileSystemNearlyFull_makesThemAgainInWhatTheyFree() {
        try (Store store = open(directory)) {
            put(store, 0, 100);
        }
        byte[] state;
        try (Store store = openWithout()) {
            put(store, 100, 200);
            state = store.stateHash();
        }

        usable.add(MappedTables.SPACE_MIN_BYTES - 1);
        try (Store store = open(directory)) {
            assertThat(usable).as("what it has not looked at").isEmpty();
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    @Test
    void tablesThatWereLeft_fileSystemFull_areTakenUpAndOnlyWritesAreRefused() {
        byte[] state;
        try (Store store = open(directory)) {
            put(store, 0, 100);
            state = store.stateHash();
        }

        usable.add(0L);
        try (Store store = open(directory)) {
            assertThat(store.stateHash()).isEqualTo(state);
            assertThatThrownBy(() -> TestRows.put(store, 100, 1))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("full");
            assertThat(TestRows.put(store, 100, 1)).as("once there is space").isPositive();
        }
    }

    @Test
    void replayBehindTablesThatWereLeft_fileSystemReallyFull_isRefusedAndTheProcessLives(@TempDir Path base)
            throws IOException {
        try (LoopDisk small = LoopDisk.make(base, DISK_MEGABYTES)) {
            Path quick = Files.createDirectory(small.path().resolve("quick"));
            try (Store store = open(quick)) {
                put(store, 0, 100);
            }
            byte[] state;
            try (Store store = openWithout()) {
                put(store, 100, ROWS);
                state = store.stateHash();
            }
            Path filler = small.path().resolve("filler");
            fill(filler);

            assertRefused(quick, 0);

            Files.delete(filler);
            try (Store store = open(quick)) {
                assertThat(store.stateHash()).isEqualTo(state);
            }
        }
    }

    private void assertRefused(Path quick, long has) {
        assertThatThrownBy(() -> open(quick).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Expected ")
                .hasMessageContaining(quick.toString())
                .hasMessageContaining("its file system has " + has)
                .hasMessageContaining("free some");
        assertThat(quick).as("files that nobody uses").isDirectoryNotContaining("glob:**plinth-*");
    }

    private static void put(Store store, int from, int to) {
        long last = 0;
        for (int id = from; id < to; id++) {
            last = TestRows.put(store, id, id);
        }
        store.await(last);
    }

    /** Until nothing more goes in, whoever it is kept for. */
    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("space");
        }
    }

    private Store openWithout() {
        return files().open(settings(), disk, EngineClock.system());
    }

    private Store open(Path quick) {
        QuickRestart restart = QuickRestart.open(new QuickFiles(quick, "1"), settings(), BOOT, () -> {
            Long told = usable.poll();
            return told == null ? MappedTables.usableBytes(quick) : told;
        });
        try {
            return files().open(settings(), disk, EngineClock.system(), restart);
        } catch (RuntimeException e) {
            restart.close();
            throw e;
        }
    }

    private static StoreSettings settings() {
        return new StoreSettings(Tables.OFF_HEAP, List.of(TestRows.TABLE), 2 * ROWS);
    }

    private static StoreFiles files() {
        return new StoreFiles(Path.of("nowhere"), Durability.FSYNC, 1024 * 1024, RandomDiskWrites.NEVER);
    }
}
