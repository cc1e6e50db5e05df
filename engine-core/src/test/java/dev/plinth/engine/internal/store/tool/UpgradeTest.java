package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.quota.QuotaCheckpointWriter;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.StoreFiles;
import dev.plinth.engine.internal.store.log.DiskFault;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.upgrade.UpgradedFiles;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An upgrade that ends at any of its operations leaves the old files as they were or the new ones complete. The next one finishes it, and
 * loses nothing.
 */
@Timeout(600)
@Tag("scaled")
class UpgradeTest {
    private static final int CRASHES = TestScale.count(1, 10, 50);
    private static final int SAMPLE = TestScale.count(5, 20, 1000);
    private static final int ROOM_STEP_BYTES = TestScale.count(997, 101, 13);
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final long NOW_MILLIS = 1_767_225_600_000L;
    private static final Path NAME = Path.of("plinth-data");
    private static final StoreSettings SETTINGS = new StoreSettings(Tables.HEAP, tables(), 10_000);

    private final long seed = TestScale.seed();
    private final Random random = new Random(seed);

    static List<Path> zips() throws IOException {
        return Format1Files.zips();
    }

    @ParameterizedTest
    @MethodSource("zips")
    void upgrade_cutAtEachOperation_keepsTheOldFilesOrHasAllRowsAndTheNextOneFinishes(Path zip) throws IOException {
        Map<String, byte[]> old = Format1Files.of(zip);
        Map<String, String> rows = rowsOfAnUpgrade(old);
        int decided = 0;
        List<MemoryDisk> cut = statesDuring(MemoryDisk.of(old), CRASHES);
        for (MemoryDisk left : cut) {
            decided += UpgradedFiles.areDecided(left) ? 1 : 0;
            checkState(left, old, rows);
        }
        assertThat(decided).as("cut behind the decision").isPositive();
        assertThat(cut.size() - decided).as("cut before the decision").isPositive();
    }

    @ParameterizedTest
    @MethodSource("zips")
    void upgrade_cutTwice_keepsTheOldFilesOrHasAllRowsAndTheNextOneFinishes(Path zip) throws IOException {
        Map<String, byte[]> old = Format1Files.of(zip);
        Map<String, String> rows = rowsOfAnUpgrade(old);
        for (MemoryDisk left : sample(statesDuring(MemoryDisk.of(old), 1))) {
            for (MemoryDisk again : sample(statesDuring(left, 0))) {
                checkState(again, old, rows);
            }
        }
    }

    private List<MemoryDisk> sample(List<MemoryDisk> states) {
        Collections.shuffle(states, random);
        return states.subList(0, Math.min(states.size(), SAMPLE));
    }

    @ParameterizedTest
    @MethodSource("zips")
    void upgrade_whoseOperationFails_saysSoAndTheNextOneFinishes(Path zip) throws IOException {
        Map<String, byte[]> old = Format1Files.of(zip);
        Map<String, String> rows = rowsOfAnUpgrade(old);
        for (DiskFault fault : DiskFault.values()) {
            int failed = 0;
            for (int number = 1; number > 0; number++) {
                MemoryDisk disk = MemoryDisk.of(old);
                disk.failAt(fault, number);
                try {
                    upgrade(disk, false);
                } catch (IllegalStateException refused) {
                    assertThat(refused).as(fault + " " + number).hasMessageStartingWith("Expected to convert ");
                    assertThat(refused).as(fault + " " + number).hasMessageContaining("No record is lost");
                    failed++;
                }
                if (disk.failedOn() == null) {
                    break;
                }
                checkState(disk.killed(), old, rows);
                checkState(disk.crash(random), old, rows);
            }
            assertThat(failed).as(fault + "s that were told").isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("zips")
    void upgrade_onAFullDisk_changesNothingAndGivesTheRoomBack(Path zip) throws IOException {
        Map<String, byte[]> old = Format1Files.of(zip);
        Map<String, String> rows = rowsOfAnUpgrade(old);
        long used = old.values().stream().mapToLong(bytes -> bytes.length).sum();
        boolean isFull = true;
        for (long room = 0; isFull; room += ROOM_STEP_BYTES) {
            MemoryDisk disk = MemoryDisk.of(old);
            disk.limit(used + room);
            try {
                upgrade(disk, false);
                isFull = false;
            } catch (IllegalStateException refused) {
                assertThat(refused).hasMessageContaining("No space left on device");
                assertSame(disk, old);
            }
            disk.limit(Long.MAX_VALUE);
            checkState(disk, old, rows);
        }
    }

    @ParameterizedTest
    @MethodSource("zips")
    void upgrade_cutInsideTheLastRename_isFinishedWithoutACopy(Path zip) throws IOException {
        Map<String, byte[]> old = Format1Files.of(zip);
        Map<String, String> rows = rowsOfAnUpgrade(old);
        MemoryDisk done = MemoryDisk.of(old);
        upgrade(done, false);
        Map<String, byte[]> linked = done.contents();
        linked.put(UpgradedFiles.SNAPSHOT, linked.get(newestSnapshot(done)));

        checkState(MemoryDisk.of(linked), old, rows);
        MemoryDisk again = MemoryDisk.of(linked);
        upgrade(again, false);
        assertSame(again, done.contents());
    }

    @ParameterizedTest
    @MethodSource("zips")
    void upgrade_interruptedTwiceBehindItsDecision_namesEachDirectoryWithOldFiles(Path zip) throws IOException {
        Map<String, byte[]> old = Format1Files.of(zip);
        Map<String, byte[]> moved = new TreeMap<>();
        for (MemoryDisk left : statesDuring(MemoryDisk.of(old), 0)) {
            if (UpgradedFiles.areDecided(left) && UpgradedFiles.asides(left).isEmpty()) {
                moved = left.contents();
            }
        }
        moved.put("before-upgrade/snapshot-of-an-earlier-upgrade", new byte[1]);
        MemoryDisk disk = MemoryDisk.of(moved);

        StoreReport report = upgrade(disk, false);

        assertThat(report.lines())
                .contains(
                        "the old files are in before-upgrade and before-upgrade.2; delete them once the store serves");
    }

    /** Returns what deaths of the process and power cuts leave, one before each operation of an upgrade. */
    private List<MemoryDisk> statesDuring(MemoryDisk disk, int crashes) {
        List<MemoryDisk> states = new ArrayList<>();
        disk.watch(operation -> {
            states.add(disk.killed());
            for (int i = 0; i < crashes; i++) {
                states.add(disk.crash(random));
            }
        });
        upgrade(disk, false);
        disk.watch(null);
        return states;
    }

    /** Checks what an upgrade has left, and that the next one or an opening finishes it. */
    private void checkState(MemoryDisk left, Map<String, byte[]> old, Map<String, String> rows) throws IOException {
        String repeat = TestScale.repeatWith(seed);
        Map<String, byte[]> before = left.contents();
        boolean isOld = isNotConverted(before);
        if (isOld) {
            Map<String, byte[]> data = new TreeMap<>(before);
            data.keySet().removeIf(UpgradeTest::isIgnoredByBothReleases);
            assertSame(data, old);
        } else {
            assertThat(rows(left.copy())).as(repeat).isEqualTo(rows);
        }
        assertThat(upgrade(left, true).isWhole()).as(repeat).isTrue();
        assertSame(left, before);
        MemoryDisk finished = left.copy();
        assertThat(upgrade(finished, false).isWhole()).as(repeat).isTrue();
        assertThat(finished.contents().keySet())
                .as("unfinished files; " + repeat)
                .noneMatch(name -> name.endsWith(".tmp") && isOld || name.equals(UpgradedFiles.SNAPSHOT));
        assertOldFilesAreKept(finished.contents(), old);
        assertThat(rows(finished)).as(repeat).isEqualTo(rows);
    }

    private static boolean isNotConverted(Map<String, byte[]> files) {
        return files.keySet().stream().noneMatch(name -> Segment.numberOf(name) > 1);
    }

    private static boolean isIgnoredByBothReleases(String name) {
        return name.equals(UpgradedFiles.SNAPSHOT) || Segment.isSpare(name) || Snapshot.isTemporary(name);
    }

    private static void assertOldFilesAreKept(Map<String, byte[]> files, Map<String, byte[]> old) {
        old.forEach((name, bytes) -> {
            Predicate<Map.Entry<String, byte[]>> isKept = file -> file.getKey().startsWith(UpgradedFiles.ASIDE)
                    && file.getKey().endsWith("/" + name)
                    && Arrays.equals(file.getValue(), bytes);
            assertThat(files.entrySet()).as(name).anyMatch(isKept);
        });
    }

    private static void assertSame(MemoryDisk disk, Map<String, byte[]> expected) {
        assertSame(disk.contents(), expected);
    }

    private static void assertSame(Map<String, byte[]> files, Map<String, byte[]> expected) {
        assertThat(files.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, bytes) -> assertThat(files.get(name)).as(name).isEqualTo(bytes));
    }

    private static Map<String, String> rowsOfAnUpgrade(Map<String, byte[]> old) throws IOException {
        MemoryDisk disk = MemoryDisk.of(old);
        upgrade(disk, false);
        Map<String, String> rows = rows(disk);
        assertThat(rows).hasSizeGreaterThan(20);
        return rows;
    }

    /** Opens a store and returns its rows by table and key. */
    private static Map<String, String> rows(MemoryDisk disk) throws IOException {
        ManualClock clock = ManualClock.startingAt(Instant.ofEpochMilli(NOW_MILLIS));
        try (Store store =
                new StoreFiles(NAME, Durability.FSYNC, SEGMENT_BYTES, Long.MAX_VALUE).open(SETTINGS, disk, clock)) {
            store.snapshot();
        }
        Map<String, String> rows = new HashMap<>();
        Snapshot.Loaded unused = Snapshot.read(
                disk,
                newestSnapshot(disk),
                SETTINGS.tables(),
                (table, key, row) -> rows.put(
                        table.number() + " " + HexFormat.of().formatHex(key),
                        HexFormat.of().formatHex(row)));
        return rows;
    }

    private static String newestSnapshot(MemoryDisk disk) throws IOException {
        return Snapshot.name(StoreNames.of(disk).snapshots().get(0));
    }

    private static StoreReport upgrade(MemoryDisk disk, boolean isCheck) {
        return StoreTools.upgrade(
                disk, NAME, SETTINGS, () -> new SecretCipher(new byte[32], new SameBits()), NOW_MILLIS, isCheck);
    }

    private static List<TableName<?>> tables() {
        List<TableName<?>> tables = new ArrayList<>();
        tables.addAll(Access.tables());
        tables.addAll(Resources.tables());
        tables.addAll(Jobs.tables());
        tables.addAll(Events.tables());
        tables.addAll(Webhooks.tables());
        tables.add(Idempotency.REMEMBERED);
        tables.add(QuotaCheckpointWriter.CHECKPOINTS);
        tables.add(DeletedWorkspaces.TABLE);
        tables.add(ImportedWorkspaces.TABLE);
        return tables;
    }

    /** Seals the same text to the same bytes each time, so that two upgrades have the same rows. */
    private static final class SameBits implements IdSource {
        @Override
        public Bits next(String kind, long epochMillis) {
            return new Bits(epochMillis << 16, 0);
        }

        @Override
        public void fillSecret(byte[] target) {
            Bytes.putLong(target, 0, 1);
        }
    }
}
