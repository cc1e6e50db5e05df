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
 * Takes a long file of a store out piece by piece. A file system that tells the disk of the blocks that it frees (ext4 mounted with
 * {@code discard}, for one) waits for the disk meanwhile, and the disk lets a sync of the journal wait: 62 ms were seen behind one
 * snapshot and its segments.
 *
 * <p>Who has a file open goes on to read all of it after a deletion, and tools count on that. So they say with a lock of a byte of
 * their own that they read, and only a file that nobody reads and that has no second name is cut; it loses its name first, and a tool
 * that comes too late is told that there is no such file. One tool at a time in a JVM that is not the engine's: by POSIX the first one
 * to close a file gives up the locks of all, and the others may then find damage where there is none.
 */
final class FileDeleter {
    private static final System.Logger LOG = Log.of(FileDeleter.class);
    private static final String SUFFIX = ".deleted.tmp";
    private static final int PIECE_BYTES = 4 * 1024 * 1024;

    /**
     * Within one JVM two locks of one byte collide, also when both are shared. Far behind the end of every file, where a lock keeps
     * nobody from writing, and from where no other class loader starts too.
     */
    private static final AtomicLong NEXT_BYTE =
            new AtomicLong((1L << 62) + ((long) System.identityHashCode(FileDeleter.class) << 28));

    private FileDeleter() {}

    /** Takes a file out, if it is there. */
    static void remove(Path file) throws IOException {
        if (isLong(file)) {
            finish(directory(file));
            cutWithoutName(file);
        }
        Files.deleteIfExists(file);
    }

    /**
     * Says that a file is read, until the lock is released or the channel is closed.
     *
     * @return what the caller has to keep; null where the file system has no locks, and so nothing is cut
     * @throws NoSuchFileException if the file is being taken out, or was
     */
    static @Nullable FileLock keepWhole(FileChannel channel, Path file) throws NoSuchFileException {
        FileLock lock;
        try {
            lock = channel.tryLock(NEXT_BYTE.getAndIncrement(), 1, true);
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "Expected to lock " + file + ", but the file system has no locks", e);
            return null;
        }
        // It loses its name before it is cut: what has its name still is whole, and stays it under this lock.
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

    /** Of what a store deletes, what may be long. */
    private static boolean isOurs(String name) {
        return Snapshot.sequenceOf(name) >= 0
                || Segment.numberOf(name) > 0
                || Snapshot.isTemporary(name)
                || Segment.isSpare(name);
    }

    /** Whatever goes wrong here does not matter: the file goes at once then. */
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
            LOG.log(System.Logger.Level.DEBUG, "Expected to cut " + file + ", but could not; it goes at once", e);
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

    /** Takes out what a process left that died meanwhile; what cannot be taken out is tried again with the next deletion. */
    private static void finish(Path directory) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (isOurs(name.substring(0, name.length() - SUFFIX.length()))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(System.Logger.Level.DEBUG, "Expected to delete what was left in " + directory, e);
        }
    }

    private static Path directory(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        return directory == null ? file.toAbsolutePath() : directory;
    }
}
