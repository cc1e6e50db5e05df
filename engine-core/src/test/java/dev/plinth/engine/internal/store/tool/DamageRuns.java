package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.RandomDiskWrites;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.TestRows;
import dev.plinth.engine.internal.store.log.Damage;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Damages the files of a closed store and opens it: it has exactly the state it had, and goes on from there; or it is refused with
 * a sentence that names the file.
 */
final class DamageRuns {
    private static final int RECORDS = 250;
    private static final List<TableName<?>> TABLES = List.of(TestRows.TABLE);

    private final RandomDiskWrites life;
    private final Random random;
    private final Map<String, byte[]> contents;
    private final long last;

    /** A store with some segments, and with two snapshots unless they are never made. */
    DamageRuns(long seed, long bytesPerSnapshot, Function<Disk, Disk> sabotage) {
        life = new RandomDiskWrites(seed, Durability.FSYNC, sabotage);
        random = life.random();
        MemoryDisk disk = new MemoryDisk();
        Store store = life.open(disk, bytesPerSnapshot);
        life.work(store, RECORDS / 2);
        if (bytesPerSnapshot != RandomDiskWrites.NEVER) {
            // Snapshots in the background may be late.
            snapshot(store);
            life.work(store, 1);
            snapshot(store);
        }
        life.work(store, RECORDS / 2);
        store.close();
        contents = disk.contents();
        last = store.committed();
    }

    private static void snapshot(Store store) {
        try {
            store.snapshot();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Tells what became of a damaged store. */
    enum Result {
        NOTHING_TO_DAMAGE,
        OPENED,
        REFUSED
    }

    Result run(Damage damage) {
        Map<String, byte[]> damaged = new TreeMap<>();
        contents.forEach((name, bytes) -> damaged.put(name, bytes.clone()));
        List<Damage.Touched> touched = damage.strike(damaged, random);
        if (touched.isEmpty()) {
            return Result.NOTHING_TO_DAMAGE;
        }
        String what = damage + " " + touched + "; " + life.where();
        MemoryDisk disk = MemoryDisk.of(damaged);
        Store store;
        try {
            store = life.open(disk, RandomDiskWrites.NEVER);
        } catch (IllegalStateException refused) {
            assertThat(refused)
                    .as(what)
                    .hasMessageMatching("Expected [^\n]*(?:journal-|snapshot-)[^\n]*\\.")
                    .hasMessageMatching("(?s).*(?:Restore a copy|with the release that wrote it).*");
            return Result.REFUSED;
        } catch (RuntimeException e) {
            throw new AssertionError("Expected a refusal after " + what, e);
        }
        try (store) {
            // It was closed, so not even at its end anything may be missing.
            assertThat(store.committed()).as("records after %s", what).isEqualTo(last);
            assertThat(store.stateHash()).as(what).isEqualTo(life.history().hash(last));
            life.goOn(store, disk, what);
        }
        return Result.OPENED;
    }

    /**
     * Damages the store and puts the tools to it: they say that it opens if and only if it does; a backup of what opens has all of
     * it; and what does not open goes on after a salvage, with nothing deleted.
     */
    Result useTools(Damage damage) throws IOException {
        Map<String, byte[]> damaged = new TreeMap<>();
        contents.forEach((name, bytes) -> damaged.put(name, bytes.clone()));
        List<Damage.Touched> touched = damage.strike(damaged, random);
        if (touched.isEmpty()) {
            return Result.NOTHING_TO_DAMAGE;
        }
        String what = damage + " " + touched + "; " + life.where();
        MemoryDisk disk = MemoryDisk.of(damaged);
        Verification.Found found = Verification.of(disk, StoreNames.of(disk), TABLES);
        long left;
        try (Store store = life.open(disk.copy(), RandomDiskWrites.NEVER)) {
            left = store.committed();
        } catch (IllegalStateException refused) {
            assertThat(found.opens())
                    .as("found to open after %s, but %s", what, refused.getMessage())
                    .isFalse();
            assertThat(found.damages()).as(what).isNotEmpty();
            salvage(damage, disk, damaged, what);
            return Result.REFUSED;
        }
        assertThat(found.opens())
                .as("found to open after %s: %s", what, found.damages())
                .isTrue();
        MemoryDisk copy = new MemoryDisk();
        RecoverablePrefix copied = Backup.make(HeldFiles.of(disk), copy, TABLES, RandomDiskWrites.SEGMENT_BYTES);
        assertThat(copied.last()).as(what).isEqualTo(left);
        life.checkAndGoOn(copy, left);
        return Result.OPENED;
    }

    private void salvage(Damage damage, MemoryDisk disk, Map<String, byte[]> damaged, String what) throws IOException {
        assertThatThrownBy(
                        () -> Backup.make(HeldFiles.of(disk), new MemoryDisk(), TABLES, RandomDiskWrites.SEGMENT_BYTES))
                .as("backup after %s", what)
                .isInstanceOf(StoreDamageException.class);
        try {
            StoreReport told = Salvage.run(disk, TABLES, false, RandomDiskWrites.SEGMENT_BYTES);
            assertThat(told.isWhole()).as(what).isFalse();
            assertThat(disk.contents()).as(what).containsExactlyEntriesOf(damaged);
            StoreReport done = Salvage.run(disk, TABLES, true, RandomDiskWrites.SEGMENT_BYTES);
            assertThat(done.isWhole()).as(what).isTrue();
        } catch (IllegalStateException nothingToKeep) {
            assertThat(nothingToKeep).as(what).hasMessageStartingWith("Expected something whole to keep");
            assertThat(disk.contents()).as(what).containsExactlyEntriesOf(damaged);
            return;
        }
        SalvageTest.assertNothingIsLost(damaged, disk.contents());
        Verification.Found found = Verification.of(disk, StoreNames.of(disk), TABLES);
        assertThat(found.opens()).as("%s after %s", found, what).isTrue();
        assertThat(Salvage.run(disk, TABLES, true, RandomDiskWrites.SEGMENT_BYTES)
                        .lines()
                        .get(0))
                .as(what)
                .startsWith("nothing to recover");
        if (!damage.isForgery()) {
            life.checkAndGoOn(disk, 1);
        }
    }
}
