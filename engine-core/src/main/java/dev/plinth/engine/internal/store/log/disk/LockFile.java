package dev.plinth.engine.internal.store.log.disk;

import dev.plinth.engine.internal.base.Deadline;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code LOCK} of a directory. Its lock admits one opening at a time. Its length fences an opening that has
 * lost the lock.
 *
 * <p>POSIX releases all locks of a process on a file as soon as the process closes any channel to that file. So a
 * second opening in this process must not even open the file. It is recognized by the inodes of directory and file,
 * whatever path leads there.
 *
 * <p>A host that reads or copies the file loses the lock too, unnoticed, and a second process gets in. Therefore each opening makes the
 * file longer by a byte, and an earlier opening compares the length before it acknowledges anything.
 *
 * <p>The first line names the process that has the directory open. Zeros follow, which take no room on the disk.
 */
public final class LockFile implements AutoCloseable {
    public static final String NAME = "LOCK";

    /** How long an opening may acknowledge without a look whether another file has the name. */
    public static final long LOOK_MILLIS = 100;

    /**
     * How long an opening that has made the file waits before it reads a journal. Every opening under a removed file has
     * looked by then.
     */
    private static final long SETTLE_MILLIS = 3 * LOOK_MILLIS;

    // Two applications of one server may each have loaded this class. They share a system property, but no static
    // field.
    private static final String OPEN_HERE = "dev.plinth.engine.open:";
    private static final int PROCESS_BYTES = 20;

    private final Path directory;
    private final Path path;
    private final List<String> properties;
    private final RandomAccessFile file;
    private final FileLock lock;
    private final @Nullable Object key;
    private final long length;
    private final boolean isNew;

    private LockFile(Path directory, List<String> properties, RandomAccessFile file) throws IOException {
        this.directory = directory;
        this.path = directory.resolve(NAME);
        this.properties = properties;
        this.file = file;
        this.lock = lock(directory, file);
        this.isNew = file.length() == 0;
        String process = String.format("%-" + (PROCESS_BYTES - 1) + "s%n", ownProcess());
        file.seek(0);
        file.write(process.getBytes(StandardCharsets.US_ASCII));
        this.length = file.length() + 1;
        file.setLength(length);
        VarHandle.fullFence();
        this.key = key(path);
    }

    /**
     * Takes the lock of a directory, and makes the file if it does not exist.
     *
     * @throws IllegalStateException if another opening has it
     */
    public static LockFile take(Path directory, FileAttribute<?>... attributes) throws IOException {
        List<String> properties = new ArrayList<>();
        try {
            claim(directory, directory.toRealPath(), properties);
            Path path = directory.resolve(NAME);
            make(path, attributes);
            claim(directory, path, properties);
            RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
            try {
                return new LockFile(directory, properties, file);
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            properties.forEach(System::clearProperty);
            throw e;
        }
    }

    /** Waits until an opening under a removed file acknowledges nothing more, if this opening has made the file. */
    public void settle() {
        Deadline settled = Deadline.inMillis(isNew ? SETTLE_MILLIS : 0);
        for (long left = settled.millisLeft(); left > 0; left = settled.millisLeft()) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(left));
        }
    }

    /**
     * Returns true until another opening has come. It does not ask a channel, because an interrupted thread would close
     * that and so release the lock.
     */
    public boolean isOurs() {
        // Orders the caller's last write before the length, because a later opening has to read that write.
        VarHandle.fullFence();
        try {
            return file.length() == length;
        } catch (IOException e) {
            return true; // the lock alone has to suffice
        }
    }

    /**
     * Returns the same, and also false if another file has its name, because a later opening then extends that file and
     * not this one.
     */
    public boolean isStillOurs() {
        try {
            return isOurs() && (key == null || key.equals(key(path)));
        } catch (IOException e) {
            return isOurs(); // a missing file is made again by the next opening
        }
    }

    @Override
    public void close() {
        try (file) {
            lock.release();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to give up the lock of " + directory + ", but could not; it goes with the process.", e);
        } finally {
            properties.forEach(System::clearProperty);
        }
    }

    /** Marks a file or directory as open in this process, or refuses if it is marked already. Does not open it. */
    private static void claim(Path directory, Path real, List<String> properties) throws IOException {
        Object key = key(real);
        String property = OPEN_HERE + (key == null ? real : key);
        if (System.getProperties().putIfAbsent(property, ownProcess()) != null) {
            throw heldBy(directory, ownProcess());
        }
        properties.add(property);
    }

    private static void make(Path path, FileAttribute<?>... attributes) throws IOException {
        try {
            Files.createFile(path, attributes);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileSystemException(path.toString(), null, "it is no file");
            }
        }
    }

    /** Returns device and inode, or null if the file system has none. */
    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static FileLock lock(Path directory, RandomAccessFile file) throws IOException {
        FileLock lock;
        try {
            lock = file.getChannel().tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw heldBy(directory, holder(file));
        }
        return lock;
    }

    private static IllegalStateException heldBy(Path directory, String process) {
        return new IllegalStateException("The directory " + directory + " is in use, because process " + process
                + " has it open. Stop that process first, or name another directory.");
    }

    private static String ownProcess() {
        return Long.toString(ProcessHandle.current().pid());
    }

    private static String holder(RandomAccessFile file) throws IOException {
        byte[] text = new byte[PROCESS_BYTES];
        int length = Math.max(0, file.read(text));
        return new String(text, 0, length, StandardCharsets.US_ASCII).trim();
    }
}
