package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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
 * Takes a long file out piece by piece. A file system that tells the disk of the blocks that it frees (ext4 mounted with
 * {@code discard}, for one) waits for the disk meanwhile, and the disk lets a sync of the journal wait: 62 ms were seen for one
 * snapshot.
 *
 * <p>Who has a file open goes on to read all of it after a deletion, and tools count on that. So they say with a lock of their own
 * byte that they read, and only a file that nobody reads and that has no second name is cut; it loses its name first, and a tool that
 * comes between the two is told that there is no such file.
 */
final class Removal {
    private static final System.Logger LOG = System.getLogger(Removal.class.getName());
    private static final String SUFFIX = ".deleted.tmp";
    private static final int PIECE_BYTES = 4 * 1024 * 1024;

    /** Within one JVM two locks of one byte collide, also when both are shared. */
    private static final AtomicLong NEXT_BYTE = new AtomicLong();

    private Removal() {}

    /** Takes a file out, if it is there. */
    static void remove(Path file) throws IOException {
        if (isCuttable(file)) {
            Path nameless = file.resolveSibling(file.getFileName() + SUFFIX);
            Files.move(file, nameless, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncNames(file); // or a power cut could leave half of it under its old name
            cut(nameless);
            Files.deleteIfExists(nameless);
        } else {
            Files.deleteIfExists(file);
        }
    }

    /** Takes out what a process left that died meanwhile. */
    static void finish(Path directory) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Says that a file is read, until the lock is released or the channel is closed.
     *
     * @return what the caller has to keep; null where the file system has no locks, and so nothing is cut
     * @throws NoSuchFileException if the file is being taken out
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
        if (lock == null) {
            throw new NoSuchFileException(file.toString(), null, "it is being deleted");
        }
        return lock;
    }

    private static void syncNames(Path file) throws IOException {
        Path directory = file.getParent();
        if (directory != null) {
            DirectoryDisk.syncNames(directory);
        }
    }

    private static boolean isCuttable(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(file) > PIECE_BYTES
                    && Integer.valueOf(1).equals(Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Whatever goes wrong here does not matter: the file is deleted at once then. */
    private static void cut(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock()) {
            for (long left = channel.size() - PIECE_BYTES; lock != null && left > 0; left -= PIECE_BYTES) {
                FileChannel unused = channel.truncate(left);
            }
        } catch (IOException | OverlappingFileLockException e) {
            LOG.log(System.Logger.Level.DEBUG, "Expected to cut " + file + ", but could not; it goes at once", e);
        }
    }
}
