package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Log;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Deletes a long file of a store piece by piece. Some file systems tell the disk of freed blocks (ext4 mounted with
 * {@code discard}, for one) and wait for it. The disk then delays a sync of the journal: 62 ms were seen after one
 * snapshot and its segments.
 *
 * <p>A process that has a file open can still read all of it after a deletion, and tools rely on that. So a tool locks
 * a byte of its own while it reads. Only a file without readers and without a second name is cut. It loses its name
 * first, and a tool that comes too late is told that there is no such file.
 *
 * <p>Only one tool at a time may run in a JVM that is not the engine's. By POSIX the first tool to close a file
 * releases the locks of all. The others may then find damage where there is none.
 */
final class FileDeleter {
    private static final System.Logger LOG = Log.of(FileDeleter.class);
    private static final String SUFFIX = ".deleted.tmp";
    private static final int PIECE_BYTES = 4 * 1024 * 1024;

    /**
     * The next byte to lock. Within one JVM two locks of one byte collide, even if both are shared. The bytes are far
     * after the end of every file, where a lock keeps no process from writing. Each class loader starts at a byte of
     * its own.
     */
    private static final AtomicLong NEXT_BYTE =
            new AtomicLong((1L << 62) + ((long) System.identityHashCode(FileDeleter.class) << 28));

    private FileDeleter() {}

    /** Deletes a file, if it exists. */
    static void remove(Path file) throws IOException {
        if (isLong(file)) {
            finish(directory(file));
            cutWithoutName(file);
        }
        Files.deleteIfExists(file);
    }

    /**
     * Marks a file as being read, until the lock is released or the channel is closed.
     *
     * @return the lock, which the caller has to keep; null if the file system has no locks, so that nothing is cut
     * @throws NoSuchFileException if the file is being deleted, or was
     */
    static @Nullable FileLock keepWhole(FileChannel channel, Path file) throws NoSuchFileException {
        FileLock lock;
        try {
            lock = channel.tryLock(NEXT_BYTE.getAndIncrement(), 1, true);
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "Could not lock " + file + ", because the file system has no locks", e);
            return null;
        }
        // A file loses its name before it is cut. So a file that still has its name is whole, and stays whole under
        // this lock.
        if (lock == null || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString(), null, "it is being deleted");
        }
        return lock;
    }

    private static boolean isLong(Path file) {
        try {
            return isOurs(String.valueOf(file.getFileName()))
                    && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(file) > PIECE_BYTES;
        } catch (IOException e) {
            return false; // the deletion tells whether that matters
        }
    }

    /** Returns true for the files of a store that may be long. */
    private static boolean isOurs(String name) {
        return Snapshot.sequenceOf(name) >= 0
                || Segment.numberOf(name) > 0
                || Snapshot.isTemporary(name)
                || Segment.isSpare(name);
    }

    /** Cuts the file without its name. A failure does not matter, because the file is then deleted at once. */
    private static void cutWithoutName(Path file) {
        Path nameless = file.resolveSibling(file.getFileName() + SUFFIX);
        try {
            Files.move(file, nameless, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try {
                DirectoryDisk.syncNames(directory(file)); // or a power cut could leave half of it under its name
                cut(nameless);
            } finally {
                Files.deleteIfExists(nameless);
            }
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            LOG.log(System.Logger.Level.DEBUG, "Could not cut " + file + "; it is deleted at once", e);
        }
    }

    private static void cut(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = lock(channel)) {
            boolean isFree = lock != null
                    && Integer.valueOf(1).equals(Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
            for (long left = channel.size() - PIECE_BYTES; isFree && left > 0; left -= PIECE_BYTES) {
                FileChannel unused = channel.truncate(left);
                channel.force(true); // or a file system with a journal would free the pieces as one
            }
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // a tool in this JVM
        }
    }

    /**
     * Deletes files that were left by a process that died. A file that cannot be deleted is tried again with the next
     * deletion.
     */
    private static void finish(Path directory) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (isOurs(name.substring(0, name.length() - SUFFIX.length()))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(System.Logger.Level.DEBUG, "Could not delete leftover files in " + directory, e);
        }
    }

    private static Path directory(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        return directory == null ? file.toAbsolutePath() : directory;
    }
}
