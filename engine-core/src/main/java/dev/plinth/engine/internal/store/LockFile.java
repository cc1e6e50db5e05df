package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code LOCK} of a directory: it lets one opener in at a time, and tells one that has lost its lock that another one came.
 *
 * <p>POSIX gives up all locks that a process has on a file as soon as the process closes any channel to it. So a second opener in this
 * process must not even open the file: it is known by the directory and by the file itself, whatever path leads there. But a host that
 * reads or copies the file loses the lock too, without a word, and a second process gets in. Therefore each opening writes a token of
 * its own into the file, which the first one sees in its memory as soon as it is there.
 *
 * <p>Text, 64 bytes: the process 20, a line feed, the token 32, spaces, a line feed.
 */
final class LockFile implements AutoCloseable {
    static final String NAME = "LOCK";

    private static final System.Logger LOG = System.getLogger(LockFile.class.getName());
    // A property of the system is known to every class loader of the process; a static field is not, and two applications of
    // one server may each have loaded this class.
    private static final String OPEN_HERE = "dev.plinth.engine.open:";
    private static final int PROCESS_BYTES = 20;
    private static final int TOKEN_AT = PROCESS_BYTES + 1;
    private static final int BYTES = 64;

    private final Path directory;
    private final Path file;
    private final List<String> properties;
    private final FileChannel channel;
    private final FileLock lock;
    private final String name;
    private final ByteBuffer token;
    private final @Nullable MappedByteBuffer seen;
    private final @Nullable Object key;

    private LockFile(Path directory, List<String> properties, FileChannel channel, FileLock lock) throws IOException {
        this.directory = directory;
        this.file = directory.resolve(NAME);
        this.properties = properties;
        this.channel = channel;
        this.lock = lock;
        this.name = StoreId.random().toString();
        this.token = ascii(name);
        channel.write(ascii(String.format("%-20s\n%s%10s\n", ownProcess(), name, "")), 0);
        this.seen = map(channel);
        this.key = key(file);
    }

    /**
     * Takes the lock of a directory, making the file if it is not there.
     *
     * @throws IllegalStateException if another opening has it
     */
    static LockFile take(Path directory, FileAttribute<?>... attributes) throws IOException {
        List<String> properties = new ArrayList<>();
        try {
            claim(directory, directory.toRealPath(), properties);
            Path file = directory.resolve(NAME);
            makeSure(file, attributes);
            claim(directory, file, properties);
            FileChannel channel = FileChannel.open(
                    file,
                    Set.<OpenOption>of(
                            StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
            try {
                return new LockFile(directory, properties, channel, lock(directory, channel));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            properties.forEach(System::clearProperty);
            throw e;
        }
    }

    /** A name that no other opening has. */
    String token() {
        return name;
    }

    /** Until then no other process has got in, and what was written is in front of it. */
    boolean isOurs() {
        if (seen == null) {
            return true;
        }
        // What was written before this has to be there for whoever has written its token after this.
        VarHandle.fullFence();
        return seen.getLong(TOKEN_AT) == token.getLong(0) && seen.getLong(TOKEN_AT + 8) == token.getLong(8);
    }

    /** The same; false too if another file is in its place: this one was taken away, and the opener of that one writes to that one. */
    boolean isStillOurs() {
        try {
            return isOurs() && (key == null || key.equals(key(file)));
        } catch (IOException e) {
            return isOurs(); // gone, and so nobody has come yet: who comes makes it
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to give up the lock of " + directory + ", but could not; it goes with the process.", e);
        } finally {
            properties.forEach(System::clearProperty);
        }
    }

    /** Refuses what this process has open already, and says that it has it open from now on; neither opens it. */
    private static void claim(Path directory, Path real, List<String> properties) throws IOException {
        Object key = key(real);
        String property = OPEN_HERE + (key == null ? real : key);
        if (System.getProperties().putIfAbsent(property, ownProcess()) != null) {
            throw heldBy(directory, ownProcess());
        }
        properties.add(property);
    }

    private static void makeSure(Path file, FileAttribute<?>... attributes) throws IOException {
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                Files.createFile(file, attributes);
            }
        } catch (FileAlreadyExistsException e) {
            LOG.log(System.Logger.Level.DEBUG, "Expected to make " + file + ", but another process was faster", e);
        }
    }

    /** Device and inode; null where there are none. */
    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static FileLock lock(Path directory, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw heldBy(directory, holder(channel));
        }
        return lock;
    }

    private static @Nullable MappedByteBuffer map(FileChannel channel) {
        try {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, BYTES);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Expected to see the lock file in memory, but this file system cannot do that; a process that gets past"
                            + " the lock would not be noticed.",
                    e);
            return null;
        }
    }

    private static IllegalStateException heldBy(Path directory, String process) {
        return new IllegalStateException("Expected to be the only one to open " + directory + ", but process " + process
                + " has it open; end that one first, or name another directory.");
    }

    private static String ownProcess() {
        return Long.toString(ProcessHandle.current().pid());
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(PROCESS_BYTES);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).trim();
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
