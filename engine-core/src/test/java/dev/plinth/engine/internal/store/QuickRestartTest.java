package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.log.Checksum;
import dev.plinth.engine.internal.store.log.DiskFault;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.memory.MappedTables;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that a clean close leaves are found again, and nothing but a clean close leaves any. */
class QuickRestartTest {
    private static final String BOOT = "boot-1";
    private static final String RELEASE = "1";
    private static final int IDS = 3000;

    private final MemoryDisk disk = new MemoryDisk();

    @TempDir
    Path directory;

    @TempDir
    Path copy;

    @Test
    void close_clean_nextStartFindsAllRowsAndSets() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        byte[] state;
        try (Store store = open()) {
            write(store, random, 4000);
            state = store.stateHash();
        }
        for (int restart = 0; restart < 4; restart++) {
            onlyLastSegment(disk);
            try (Store store = open()) {
                assertThat(marker()).doesNotExist();
                assertThat(store.stateHash()).as(TestScale.repeatWith(seed)).isEqualTo(state);
                write(store, random, 1000);
                state = store.stateHash();
            }
        }
    }

    @Test
    void close_clean_tablesAreWhatTheJournalSays() {
        byte[] state;
        for (int start = 0; start < 3; start++) {
            try (Store store = open()) {
                write(store, new Random(start), 1000);
                state = store.stateHash();
            }
            try (Store store = files().open(settings(), disk.killed(), EngineClock.system())) {
                assertThat(store.stateHash()).isEqualTo(state);
            }
        }
    }

    @Test
    void close_clean_nextStartCountsRowsAndGoesOnInSequence() {
        long last;
        try (Store store = open()) {
            write(store, new Random(1), 500);
            last = store.committed();
        }
        try (Store store = open()) {
            assertThat(store.committed()).isEqualTo(last);
            assertThat(store.figures().get(0).rows()).isEqualTo(rows(store));
            assertThat(TestRows.put(store, 1, 77)).isEqualTo(last + 1);
            assertThat(store.<Long>readToAnswer(rows -> TestRows.value(rows, 1)))
                    .isEqualTo(77);
        }
    }

    @Test
    void close_withLargeRows_nextStartFindsThem() {
        byte[] state;
        try (Store store = open()) {
            write(store, new Random(13), 500);
            store.await(store.<Long>write(transaction -> transaction.append(
                    List.of(new Changes.Write(TestRows.TABLE, TestRows.key(1), largeRow(transaction))),
                    transaction.nowMillis())));
            state = store.stateHash();
        }
        onlyLastSegment(disk);
        try (Store store = open()) {
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    @Test
    void killed_nextStartMakesThemAgain() throws IOException {
        byte[] state;
        MemoryDisk left;
        try (Store store = open()) {
            write(store, new Random(2), 500);
            store.await(store.committed());
            state = store.stateHash();
            left = disk.killed();
            copyFiles();
        }
        try (Store store = open(left, copy, settings(), BOOT)) {
            assertThat(store.stateHash()).isEqualTo(state);
            assertThat(Files.exists(copy.resolve("plinth-clean"))).isFalse();
        }
    }

    @Test
    void killedAfterQuickStart_nextStartMakesThemAgain() throws IOException {
        try (Store store = open()) {
            write(store, new Random(3), 300);
        }
        byte[] state;
        MemoryDisk left;
        try (Store store = open()) {
            write(store, new Random(4), 300);
            state = store.stateHash();
            left = disk.killed();
            copyFiles();
        }
        try (Store store = open(left, copy, settings(), BOOT)) {
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    @Test
    void otherBoot_tablesAreMadeAgain() throws IOException {
        assertRebuilt(left -> open(left, directory, settings(), "boot-2"));
    }

    @Test
    void otherLayout_tablesAreMadeAgain() throws IOException {
        assertRebuilt(left -> open(left, directory, new StoreSettings(kind(), List.of(TestRows.TABLE), IDS), BOOT));
    }

    @Test
    void otherKind_tablesAreMadeAgain() throws IOException {
        assertRebuilt(
                left -> open(left, directory, new StoreSettings(otherKind(), List.of(TestRows.TABLE), 2 * IDS), BOOT));
    }

    @Test
    void otherRelease_tablesAreMadeAgain() throws IOException {
        assertRebuilt(left -> open(left, directory, settings(), BOOT, "2"));
    }

    @Test
    void otherFormatOfTheFiles_tablesAreMadeAgain() throws IOException {
        assertRebuilt(left -> {
            if (Files.exists(marker())) {
                byte[] bytes = Files.readAllBytes(marker());
                int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(" format ") + " format ".length();
                bytes[at]++;
                int body = bytes.length - Integer.BYTES;
                ByteBuffer.wrap(bytes).putInt(body, Checksum.of(ByteBuffer.wrap(bytes), 0, body));
                Files.write(marker(), bytes);
            }
            return open(left, directory, settings(), BOOT);
        });
    }

    @Test
    void fileTouchedMeanwhile_tablesAreMadeAgain() throws IOException {
        assertRebuilt(left -> {
            Path rows = directory.resolve("plinth-parcels." + fileOfRows());
            if (Files.exists(rows)) {
                Files.setLastModifiedTime(rows, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
            }
            return open(left, directory, settings(), BOOT);
        });
    }

    @Test
    void fileDeletedMeanwhile_tablesAreMadeAgain() throws IOException {
        assertRebuilt(left -> {
            Files.deleteIfExists(directory.resolve("plinth-sets.slabs"));
            return open(left, directory, settings(), BOOT);
        });
    }

    @Test
    void fileAddedMeanwhile_tablesAreMadeAgain() throws IOException {
        assertRebuilt(left -> {
            Files.write(directory.resolve("plinth-parcels.large"), new byte[0]);
            return open(left, directory, settings(), BOOT);
        });
    }

    @Test
    void markerDamaged_tablesAreMadeAgain() throws IOException {
        assertRebuilt(left -> {
            if (Files.exists(marker())) {
                byte[] bytes = Files.readAllBytes(marker());
                bytes[bytes.length / 2] ^= 4;
                Files.write(marker(), bytes);
            }
            return open(left, directory, settings(), BOOT);
        });
    }

    @Test
    void markerCutOff_tablesAreMadeAgain() throws IOException {
        assertRebuilt(left -> {
            Files.write(marker(), new byte[3]);
            return open(left, directory, settings(), BOOT);
        });
    }

    @Test
    void journalWithoutTheLastRecords_tablesAreMadeAgain() {
        MemoryDisk older;
        byte[] state;
        try (Store store = open()) {
            write(store, new Random(5), 100);
            state = store.stateHash();
            older = disk.killed();
            write(store, new Random(6), 100);
        }
        try (Store store = open(older, directory, settings(), BOOT)) {
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    @Test
    void journalWithAnotherHistory_tablesAreMadeAgain() {
        try (Store store = open()) {
            write(store, new Random(6), 100);
        }
        MemoryDisk other = disk.copy();
        byte[] state;
        try (Store store = open(other, copy, settings(), BOOT)) {
            write(store, new Random(7), 400);
            state = store.stateHash();
        }
        try (Store store = open()) {
            write(store, new Random(8), 400);
        }
        try (Store store = open(other, directory, settings(), BOOT)) {
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    @Test
    void storeIsAnotherOne_isRefusedAndNothingIsTouched() throws IOException {
        MemoryDisk other = new MemoryDisk();
        try (Store store = open(other, copy, settings(), BOOT)) {
            write(store, new Random(7), 400);
        }
        byte[] state;
        try (Store store = open()) {
            write(store, new Random(8), 400);
            state = store.stateHash();
        }
        MemoryDisk empty = new MemoryDisk();
        for (MemoryDisk foreign : List.of(other, empty)) {
            Map<String, byte[]> before = foreign.contents();
            Map<String, String> left = quickFiles();

            assertThatThrownBy(() -> open(foreign, directory, settings(), BOOT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith(
                            "Expected no tables of another store for the quick restart, but " + directory)
                    .hasMessageContaining(foreign == empty ? "and a new one was to be opened" : "and store ")
                    .hasMessageEndingWith(
                            "name another directory for the quick restart, or delete the files in that one.");

            assertThat(foreign.contents()).containsExactlyEntriesOf(before);
            assertThat(quickFiles()).isEqualTo(left);
        }
        onlyLastSegment(disk);
        try (Store store = open()) {
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    /** Names, lengths and times. */
    private Map<String, String> quickFiles() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                if (!file.endsWith("LOCK")) {
                    files.put(file.toString(), Files.size(file) + " " + Files.getLastModifiedTime(file));
                }
            }
        }
        return files;
    }

    @Test
    void journalWrittenFurtherWithoutQuickRestart_isReplayed() {
        try (Store store = open()) {
            write(store, new Random(9), 100);
        }
        byte[] state;
        try (Store store = files().open(settings(), disk, EngineClock.system())) {
            write(store, new Random(10), 100);
            state = store.stateHash();
        }
        try (Store store = open()) {
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    @Test
    void close_afterTheJournalHasFailed_leavesNothing() {
        Store store = open();
        write(store, new Random(11), 50);
        disk.failFromNowOn(DiskFault.SYNC_ERROR);
        assertThatThrownBy(() -> store.await(TestRows.put(store, 1, 1))).isInstanceOf(RefusedException.class);

        store.close();

        assertThat(marker()).doesNotExist();
    }

    @Test
    void directoryInUse_isRefused() {
        try (Store store = open()) {
            assertThat(store.isWritable()).isTrue();
            assertThatThrownBy(() -> open(new MemoryDisk(), directory, settings(), BOOT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has it open");
        }
    }

    @Test
    void directoryWithOtherFiles_isRefusedAndLeftAlone() throws IOException {
        Path letter = Files.writeString(directory.resolve("letter.txt"), "dear");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("letter.txt")
                .hasMessageContaining("name another one");
        assertThat(letter).hasContent("dear");
        assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @Test
    void directoryWithFilesThatOnlyLookLikeOurs_isRefusedAndLeftAlone() throws IOException {
        Path clean = Files.writeString(directory.resolve("clean"), "dear");
        Path words = Files.writeString(directory.resolve("german.words"), "dear");

        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("name another one");
        assertThat(clean).hasContent("dear");
        assertThat(words).hasContent("dear");
    }

    @Test
    void directory_isForItsOwnerAlone() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (Store store = open()) {
            assertThat(store.isWritable()).isTrue();
            assertThat(Files.getPosixFilePermissions(directory))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void heapTables_areRefused() {
        assertThatThrownBy(() -> open(disk, directory, TestRows.settings(Tables.HEAP), BOOT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("heap tables");
    }

    /** Tampers and opens: without the journal's beginning that cannot work, with it all is there. */
    private void assertRebuilt(Opener opener) throws IOException {
        byte[] state;
        try (Store store = open()) {
            write(store, new Random(12), 1000);
            state = store.stateHash();
        }
        MemoryDisk incomplete = disk.killed();
        onlyLastSegment(incomplete);
        assertThatThrownBy(() -> opener.open(incomplete).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("missing");
        try (Store store = opener.open(disk)) {
            assertThat(store.stateHash()).isEqualTo(state);
        }
    }

    /** Opens a store on a disk. */
    private interface Opener {
        Store open(MemoryDisk disk) throws IOException;
    }

    private static void onlyLastSegment(MemoryDisk disk) {
        try {
            List<Long> segments = StoreNames.of(disk).segments();
            assertThat(segments).hasSizeGreaterThan(1);
            for (long segment : segments.subList(0, segments.size() - 1)) {
                disk.delete(Segment.name(segment));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Store store, Random random, int count) {
        for (int i = 0; i < count; i++) {
            long id = random.nextInt(IDS);
            store.await(
                    random.nextInt(3) == 0
                            ? TestRows.remove(store, id)
                            : TestRows.put(store, id, random.nextInt(Integer.MAX_VALUE)));
        }
    }

    private static byte[] largeRow(Transaction transaction) {
        byte[] usual = Objects.requireNonNull(TestRows.write(transaction, 1, 1).row());
        return Arrays.copyOf(usual, 2000);
    }

    private static long rows(Store store) {
        return store.<Integer>readToAnswer(rows -> {
            int count = 0;
            for (int id = 0; id < IDS; id++) {
                count += TestRows.value(rows, id) == -1 ? 0 : 1;
            }
            return count;
        });
    }

    private Store open() {
        return open(disk, directory, settings(), BOOT);
    }

    private static Store open(MemoryDisk disk, Path quick, StoreSettings settings, String boot) {
        return open(disk, quick, settings, boot, RELEASE);
    }

    private static Store open(MemoryDisk disk, Path quick, StoreSettings settings, String boot, String release) {
        QuickRestart restart = QuickRestart.open(
                new QuickFiles(quick, release), settings, boot, () -> MappedTables.usableBytes(quick));
        try {
            return files().open(settings, disk, EngineClock.system(), restart);
        } catch (RuntimeException e) {
            restart.close();
            throw e;
        }
    }

    Tables kind() {
        return Tables.OFF_HEAP;
    }

    Tables otherKind() {
        return Tables.CHRONICLE;
    }

    String fileOfRows() {
        return "rows";
    }

    private StoreSettings settings() {
        return new StoreSettings(kind(), List.of(TestRows.TABLE), 2 * IDS);
    }

    private static StoreFiles files() {
        return new StoreFiles(
                Path.of("nowhere"), Durability.FSYNC, RandomDiskWrites.SEGMENT_BYTES, RandomDiskWrites.NEVER);
    }

    private Path marker() {
        return directory.resolve("plinth-clean");
    }

    /** Makes what a killed process leaves in the directory. */
    private void copyFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
