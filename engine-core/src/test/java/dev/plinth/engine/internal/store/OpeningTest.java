package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.log.Checksum;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.SegmentBytes;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what may be wrong when a store is opened: each has one clear answer, at once. */
@Timeout(120)
class OpeningTest {
    private static final Path NOTHING_CAN_BE_MADE_IN = Path.of("/proc");
    private static final int VERSION_AT = 8;

    private final RandomDiskWrites life = new RandomDiskWrites(TestScale.seed(), Durability.FSYNC, Function.identity());

    @TempDir
    private Path base;

    @Test
    void directory_whoseOpeningMeetsAnError_canBeOpenedAgain() {
        EngineClock scarce = new EngineClock() {
            @Override
            public long epochMillis() {
                throw new OutOfMemoryError("made up");
            }

            @Override
            public long nanoTime() {
                return 0;
            }

            @Override
            public boolean mayBeWrong() {
                return false;
            }
        };
        assertThatThrownBy(() -> OpensDirectory.open(base, scarce)).isInstanceOf(OutOfMemoryError.class);

        open(base).close();
    }

    @Test
    void directory_withoutAParent_isMadeForItsOwnerOnly() throws IOException {
        Path directory = base.resolve("a").resolve("b");

        open(directory).close();

        assumeThat(base.getFileSystem().supportedFileAttributeViews())
                .as("permissions of files")
                .contains("posix");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as("%s", file)
                        .isEqualTo("rw-------");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "below"})
    void directory_aFileIsInItsPlaceOrAbove_isRefused(String below) throws IOException {
        Path file = Files.writeString(base.resolve("file"), "text");

        assertThatThrownBy(() -> open(file.resolve(below)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Expected a directory")
                .hasMessageContaining(file.toString())
                .hasMessageContaining("name another one");
        assertThat(file).hasContent("text");
    }

    @Test
    void directory_notWritable_isRefused() {
        assumeThat(NOTHING_CAN_BE_MADE_IN)
                .as("a directory that nobody can write, not even root")
                .isDirectory();

        assertThatThrownBy(() -> open(NOTHING_CAN_BE_MADE_IN.resolve("plinth")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Expected a directory that can be written, but /proc/plinth cannot")
                .hasMessageContaining("check its owner and permissions");
    }

    @Test
    void directory_lockedByAnotherProcess_isRefusedWithItsNumberUntilItEnds() throws Exception {
        Process holder =
                ChildJvm.start(OpensDirectory.class, List.of(), base.toString()).start();
        try (BufferedReader told = reader(holder)) {
            assertThat(told.readLine()).isEqualTo(OpensDirectory.OPENED);

            assertThatThrownBy(() -> open(base))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("process " + holder.pid() + " has it open");

            holder.getOutputStream().close();
            holder.waitFor();
        }
        open(base).close();
    }

    @Test
    void directory_refusedToTheSameProcess_staysLockedForOthers() throws Exception {
        String self = "process " + ProcessHandle.current().pid() + " has it open";
        try (Store store = open(base)) {
            assertThatThrownBy(() -> open(base))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(self);
            assertThatThrownBy(() -> open(base.resolve("..").resolve(base.getFileName())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(self);

            Process other = ChildJvm.start(OpensDirectory.class, List.of(), base.toString())
                    .start();
            try (BufferedReader told = reader(other)) {
                assertThat(told.readLine()).contains(self);
            }
            other.waitFor();
            assertThat(store.isWritable()).isTrue();
        }
        open(base).close();
    }

    @Test
    void directory_refusedToAnotherClassLoaderOfTheSameProcess_staysLockedForOthers() throws Exception {
        String self = "process " + ProcessHandle.current().pid() + " has it open";
        try (URLClassLoader loader = secondLoader()) {
            try (Store store = open(base)) {
                assertThat(openIn(loader)).contains(self).contains("Stop that process first");

                Process other = ChildJvm.start(OpensDirectory.class, List.of(), base.toString())
                        .start();
                try (BufferedReader told = reader(other)) {
                    assertThat(told.readLine()).contains(self);
                }
                other.waitFor();
                assertThat(store.isWritable()).isTrue();
            }
            assertThat(openIn(loader)).isEqualTo(OpensDirectory.OPENED);
        }
        open(base).close();
    }

    @Test
    void journal_ofAnotherVersion_isRefused() {
        Map<String, byte[]> contents = written();
        putVersion(contents.get(Segment.name(1)), 60);

        assertRefused(contents, "journal-0000000001 is of version 7, and this release reads version 2");
    }

    @Test
    void snapshot_ofAnotherVersion_isRefused() {
        Map<String, byte[]> contents = writtenWithSnapshot();
        String name = snapshotIn(contents);
        putVersion(contents.get(name), 64);

        assertRefused(contents, name + " is of version 7, and this release reads version 1");
    }

    @Test
    void snapshots_noneWhole_areMadeUpForByAWholeJournal() {
        Map<String, byte[]> contents = writtenWithSnapshot();
        contents.get(snapshotIn(contents))[76] ^= 1;

        life.check(MemoryDisk.of(contents), life.history().size());
    }

    @Test
    void snapshots_noneWholeAndTheJournalIsNot_areRefusedWithThePlace() {
        Map<String, byte[]> contents = writtenWithSnapshot();
        String name = snapshotIn(contents);
        contents.get(name)[76] ^= 1;
        contents.remove(Segment.name(1));

        assertRefused(contents, name + " is damaged at byte 68");
    }

    @Test
    void snapshot_withoutAnyJournal_isRefused() {
        Map<String, byte[]> contents = writtenWithSnapshot();
        contents.keySet().removeIf(name -> Segment.numberOf(name) > 0);

        assertRefused(contents, "every file of the journal behind " + snapshotIn(contents) + " is missing");
    }

    @Test
    void directory_withAHalfMadeSpareOnly_isNew() {
        assertThat(life.check(MemoryDisk.of(Map.of(Segment.SPARE, new byte[100])), 0))
                .isZero();
    }

    @Test
    void directory_withASegmentThatWasNeverBegun_isNew() {
        byte[] zeros = new byte[RandomDiskWrites.SEGMENT_BYTES];
        assertThat(life.check(MemoryDisk.of(Map.of(Segment.name(1), zeros)), 0)).isZero();
    }

    @Test
    void directory_withAHeaderOnly_isNew() {
        byte[] bytes = new byte[RandomDiskWrites.SEGMENT_BYTES];
        Segment.first(StoreId.random()).header(bytes.length).get(bytes, 0, Segment.HEADER_BYTES);

        assertThat(life.check(MemoryDisk.of(Map.of(Segment.name(1), bytes)), 0)).isZero();
    }

    @Test
    void anyFile_emptied_isRefusedOrNotNeeded() {
        Map<String, byte[]> contents = writtenWithSnapshot();
        for (String name : contents.keySet()) {
            Map<String, byte[]> damaged = new TreeMap<>(contents);
            damaged.put(name, new byte[0]);
            try {
                life.check(MemoryDisk.of(damaged), life.history().size());
            } catch (AssertionError e) {
                assertThat(e.getCause()).hasMessageContaining(name + " has only 0 bytes; nothing was changed");
            }
        }
    }

    @Test
    void disk_fullAtTheFirstStart_isRefusedAndTheStoreIsNewOnceThereIsRoom() {
        MemoryDisk disk = new MemoryDisk();
        disk.limit(1000);
        assertThatThrownBy(() -> life.open(disk, RandomDiskWrites.NEVER))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Expected room for a journal segment of 4096 bytes")
                .hasMessageContaining("free some space");

        disk.limit(Long.MAX_VALUE);
        assertThat(life.check(disk, 0)).isZero();
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void clock_stepsBackBetweenOpeningsAndWhileRunning_recordsNeverGoBack(Tables kind) throws IOException {
        Path directory = base.resolve(kind.name());
        long last = 0;
        for (String time : List.of("2026-01-05T00:00:00Z", "2026-01-04T00:00:00Z", "2026-01-06T00:00:00Z")) {
            ManualClock clock = ManualClock.startingAt(Instant.parse(time));
            try (Store store = OpensDirectory.open(directory, clock)) {
                assertThat(store.lastTimeMillis()).isEqualTo(last);
                TestRows.put(store, 1, 1);
                assertThat(store.lastTimeMillis()).isEqualTo(Math.max(last, clock.epochMillis()));
                last = store.lastTimeMillis();
                store.snapshot();
            }
        }
    }

    @Test
    void record_damagedThatTheSnapshotHas_isNotOverwrittenByTheNextOne() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            life.work(store, 10);
            store.snapshot();
        }
        byte[] segment = disk.bytes(Segment.name(1));
        List<SegmentBytes.Place> frames = SegmentBytes.frames(segment);
        segment[frames.get(frames.size() - 2).to() - 1] ^= 1;

        life.checkAndGoOn(disk, 10);
    }

    @Test
    void record_damagedBeforeAFrameThatEndsInZeros_isDamageAndNoTornEnd() {
        MemoryDisk disk = new MemoryDisk();
        MemoryDisk killed;
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            store.await(TestRows.put(store, 1, 1));
            store.await(TestRows.put(store, 2, 2));
            store.await(TestRows.put(store, 3, 0));
            killed = disk.killed();
        }
        Map<String, byte[]> contents = killed.contents();
        byte[] segment = contents.get(Segment.name(1));
        List<SegmentBytes.Place> frames = SegmentBytes.frames(segment);
        // The empty frame may stand behind the last one already; without it nothing but that one tells.
        Arrays.fill(segment, frames.get(2).to(), segment.length, (byte) 0);
        assertThat(segment[frames.get(2).to() - 1]).isZero();
        segment[frames.get(1).to() - 1] ^= 1;

        assertRefused(contents, "record 2 in journal-0000000001");
    }

    private Map<String, byte[]> written() {
        MemoryDisk disk = new MemoryDisk();
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            life.work(store, 100);
        }
        return disk.contents();
    }

    /** With one snapshot all of the journal is still there. */
    private Map<String, byte[]> writtenWithSnapshot() {
        MemoryDisk disk = new MemoryDisk();
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            life.work(store, 80);
            store.snapshot();
            life.work(store, 20);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return disk.contents();
    }

    private static String snapshotIn(Map<String, byte[]> contents) {
        for (String name : contents.keySet()) {
            if (Snapshot.sequenceOf(name) >= 0) {
                return name;
            }
        }
        throw new AssertionError("Expected a snapshot among " + contents.keySet());
    }

    /** Another version, with the checksum that belongs to it. */
    private static void putVersion(byte[] bytes, int crcAt) {
        ByteBuffer header = ByteBuffer.wrap(bytes).putInt(VERSION_AT, 7);
        header.putInt(crcAt, Checksum.of(header, 0, crcAt));
    }

    private void assertRefused(Map<String, byte[]> contents, String message) {
        assertThatThrownBy(() -> life.open(MemoryDisk.of(contents), RandomDiskWrites.NEVER))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("; ");
    }

    private static Store open(Path directory) {
        return OpensDirectory.open(directory, EngineClock.system());
    }

    /** As a second web application has it: the same classes, loaded again. */
    private static URLClassLoader secondLoader() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private String openIn(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> opener = loader.loadClass(OpensDirectory.class.getName());
        assertThat(opener).isNotSameAs(OpensDirectory.class);
        Method attempt = opener.getDeclaredMethod("openAndClose", String.class);
        attempt.setAccessible(true);
        return String.valueOf(attempt.invoke(null, base.toString()));
    }

    private static BufferedReader reader(Process child) {
        return new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    }
}
