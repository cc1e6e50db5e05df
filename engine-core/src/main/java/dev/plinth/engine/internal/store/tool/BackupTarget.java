package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.base.problem.IoFailure;
import dev.plinth.engine.internal.store.log.DirectoryDisk;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The target of a backup. The backup is made in a directory beside the target, and gets the target's name when it is
 * complete. So an interrupted backup is never taken for a whole one; the next backup to the same target replaces it.
 */
record BackupTarget(Path target, Path partial) {
    private static final String PARTIAL = ".partial";

    /**
     * Finds a usable target.
     *
     * @throws IllegalStateException if the target cannot be used; one sentence says why
     */
    static BackupTarget beside(Path directory, Path target) {
        BackupTarget found = at(target);
        try {
            if (found.partial.resolveSibling(".").toRealPath().startsWith(directory.toRealPath())) {
                throw new IllegalStateException("Expected a target outside of " + directory + ", but " + target
                        + " is inside; a copy there would be lost with it.");
            }
        } catch (IOException e) {
            throw unusable(target, e);
        }
        return found;
    }

    /** Finds a usable target likewise, of a copy that is made of no directory. */
    static BackupTarget at(Path target) {
        Path absolute = target.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        if (parent == null || name == null || !Files.isDirectory(parent)) {
            throw new IllegalStateException("The target must be in a directory that exists, got " + target
                    + ". Make that directory first, or name another target.");
        }
        try {
            checkAbsentOrEmpty(absolute, parent);
        } catch (IOException e) {
            throw unusable(target, e);
        }
        return new BackupTarget(absolute, parent.resolve(name + PARTIAL));
    }

    private static void checkAbsentOrEmpty(Path target, Path parent) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isDirectory(target) || !isEmpty(target)) {
            throw new IllegalStateException("The target must be absent or an empty directory, and " + target
                    + " is neither. Name another one.");
        }
        if (!Files.getFileStore(target).equals(Files.getFileStore(parent))) {
            throw new IllegalStateException("The target must not be the root of a disk, got " + target
                    + ". Name a new directory on that disk, such as " + target.resolve("plinth") + ".");
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            return !files.iterator().hasNext();
        }
    }

    /** Opens it exclusively, without what an interrupted backup has left there. */
    DirectoryDisk open(List<String> further) {
        DirectoryDisk disk = DirectoryDisk.open(partial);
        try {
            for (String name : disk.names()) {
                boolean ours = Snapshot.sequenceOf(name) >= 0
                        || Segment.numberOf(name) > 0
                        || name.equals(JournalState.NAME)
                        || Segment.isSpare(name)
                        || Snapshot.isTemporary(name)
                        || further.contains(name);
                if (!ours) {
                    throw new IllegalStateException(
                            "The directory " + partial + " must have only files of an unfinished backup, and has "
                                    + name + ". Name another target.");
                }
                disk.delete(name);
            }
            return disk;
        } catch (IOException e) {
            disk.close();
            throw unusable(partial, e);
        } catch (IllegalStateException e) {
            disk.close();
            throw e;
        }
    }

    /** Gives the backup its name, durably. */
    void publish() throws IOException {
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        DirectoryDisk.syncNames(target.resolveSibling("."));
    }

    private static IllegalStateException unusable(Path path, IOException e) {
        return new IllegalStateException(
                "Expected a target that can be written, but " + path + " cannot: " + IoFailure.reason(e)
                        + "; check its owner and permissions, or name another one.",
                e);
    }
}
