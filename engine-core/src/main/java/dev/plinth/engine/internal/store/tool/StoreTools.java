package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.problem.IoFailure;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.StoreFiles;
import dev.plinth.engine.internal.store.log.DirectoryDisk;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.TornTail;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.FileCopy;
import dev.plinth.engine.internal.store.log.upgrade.StoreFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * An operator's tools for the directory of a store. Each throws {@code IllegalStateException} with one sentence if it
 * cannot run.
 */
public final class StoreTools {
    private StoreTools() {}

    /** Reads every file of a directory, which may be in use, and reports its content and damage. */
    public static StoreReport verify(Path directory, List<TableName<?>> tables) {
        try (HeldFiles files = hold(directory)) {
            Verification.Found found = Verification.of(files, files.storeNames(), tables);
            List<String> lines = new ArrayList<>(found.lines());
            for (String damage : found.damages()) {
                lines.add("damaged: " + damage);
            }
            if (found.damages().isEmpty()) {
                lines.add("whole: all records up to " + found.opened().last());
            } else {
                lines.add(
                        found.opens()
                                ? "the store opens all the same, with all records up to "
                                        + found.opened().last() + ": it does not need what is damaged"
                                : "the store does not open; restore a backup, or run plinth.jar recover " + directory
                                        + " to see what could be kept");
            }
            return new StoreReport(found.damages().isEmpty(), lines);
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    /**
     * Copies a directory, which may be in use, to a new or empty one. Until the copy is complete its name is that of
     * the target with {@code .partial} after it.
     *
     * @param further names of files to copy too, if they exist
     */
    public static StoreReport backup(Path directory, Path target, List<TableName<?>> tables, List<String> further) {
        checkIsStore(directory);
        BackupTarget copy = BackupTarget.beside(directory, target);
        try (HeldFiles files = hold(directory)) {
            List<String> taken = new ArrayList<>();
            RecoverablePrefix prefix;
            TornTail torn;
            try (DirectoryDisk to = copy.open(further)) {
                prefix = Backup.make(files, to, tables, StoreFiles.SEGMENT_BYTES);
                torn = TornTail.of(files, prefix.tail());
                for (String name : files.names()) {
                    if (further.contains(name)) {
                        FileCopy.copy(files, name, to, name);
                        taken.add(name);
                    }
                }
                to.syncNames();
                checkCopy(to, tables, prefix);
                copy.publish();
            }
            List<String> lines = new ArrayList<>();
            lines.add("copied all records up to " + prefix.last() + " to " + target + ", and verified the copy");
            if (torn != null && torn.mayHoldMore()) {
                lines.add("left out: " + torn.what() + "; keep " + directory);
            }
            for (String name : further) {
                lines.add(taken.contains(name) ? "with " + name : "without " + name + ": " + directory + " has none");
            }
            return new StoreReport(true, lines);
        } catch (StoreDamageException damage) {
            throw new IllegalStateException(
                    "Expected a store without damage, but " + damage.what()
                            + "; nothing was copied. Run plinth.jar verify " + directory + " to see what is whole.",
                    damage);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to copy " + directory + " to " + target + ", but the disk failed: " + IoFailure.reason(e)
                            + "; check both and the room on the target.",
                    e);
        }
    }

    /**
     * Makes a damaged store open again with its longest whole prefix.
     *
     * @param acceptLoss false to report only what would be lost
     */
    public static StoreReport recover(Path directory, List<TableName<?>> tables, boolean acceptLoss) {
        checkIsStore(directory);
        try (DirectoryDisk disk = DirectoryDisk.open(directory)) {
            StoreFormat.requireCurrent(disk, StoreNames.of(disk));
            return Salvage.run(disk, tables, acceptLoss, StoreFiles.SEGMENT_BYTES);
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    /**
     * Converts a directory of an older format.
     *
     * @param cipher the one of the store; asked only if rows have to be encrypted
     * @param isCheck true to change nothing and report what would be done
     */
    public static StoreReport upgrade(
            Path directory, StoreSettings settings, Supplier<SecretCipher> cipher, long nowMillis, boolean isCheck) {
        checkIsStore(directory);
        try (DirectoryDisk disk = DirectoryDisk.open(directory)) {
            return upgrade(disk, directory, settings, cipher, nowMillis, isCheck);
        }
    }

    /** Converts a disk likewise, also one of a test. */
    static StoreReport upgrade(
            Disk disk,
            Path directory,
            StoreSettings settings,
            Supplier<SecretCipher> cipher,
            long nowMillis,
            boolean isCheck) {
        try {
            return new Upgrade(disk, settings, cipher, nowMillis).run(isCheck);
        } catch (StoreDamageException damage) {
            throw new IllegalStateException(
                    "Expected a store without damage, but " + damage.what() + "; nothing was changed. Run verify and"
                            + " recover of the release that wrote it, then upgrade.",
                    damage);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to convert " + directory + ", but the disk failed: " + IoFailure.reason(e)
                            + ". No record is lost. Check the disk and its free space, then run plinth.jar upgrade "
                            + directory + " again.",
                    e);
        }
    }

    private static void checkCopy(Disk copy, List<TableName<?>> tables, RecoverablePrefix prefix) throws IOException {
        Verification.Found found = Verification.of(copy, StoreNames.of(copy), tables);
        if (!found.opens() || found.opened().last() != prefix.last()) {
            throw new IllegalStateException("Expected a whole copy up to record " + prefix.last() + ", but "
                    + (found.opens()
                            ? "it ends at " + found.opened().last()
                            : found.damages().get(0))
                    + "; check the disk of the target.");
        }
    }

    private static HeldFiles hold(Path directory) throws IOException {
        checkIsStore(directory);
        HeldFiles files = HeldFiles.of(new ReadOnlyDirectory(directory));
        try {
            StoreFormat.requireCurrent(files, files.storeNames());
            return files;
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /**
     * Checks that a directory has a store, before a tool that only reads would make one there.
     *
     * @throws IllegalStateException if it has none; one sentence says so
     */
    public static void checkIsStore(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                throw new IllegalStateException("Expected the directory of a store, but " + directory
                        + " is none; name the one given with --data.");
            }
            if (StoreNames.of(new ReadOnlyDirectory(directory)).isEmpty()) {
                throw new IllegalStateException("Expected the directory of a store, but " + directory
                        + " has neither snapshot nor journal; name the one given with --data.");
            }
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    private static IllegalStateException unreadable(Path directory, IOException e) {
        return new IllegalStateException(
                "Expected to read " + directory + ", but the disk failed: " + IoFailure.reason(e)
                        + "; check its owner and permissions, and the disk.",
                e);
    }
}
