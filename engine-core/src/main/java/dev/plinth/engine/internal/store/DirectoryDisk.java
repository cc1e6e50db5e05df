package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A real directory with one opener at a time: a file lock says who it is, and goes with the process however that ends.
 * Directory 0700, files 0600.
 */
final class DirectoryDisk implements Disk {
    private static final String LOCK = "LOCK";
    // POSIX: to close any channel of a file gives up all locks that the process has on it. So a second opener in this
    // process must not even open the lock file. A property of the system is known to every class loader of the process;
    // a static field is not, and two applications of one server may each have loaded this class.
    private static final String OPEN_HERE = "dev.plinth.engine.open:";
    private static final Set<OpenOption> OPENS =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private final Path directory;
    private final Path realPath;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final List<Path> made = new ArrayList<>();

    private DirectoryDisk(Path directory, Path realPath, FileChannel lockChannel, FileLock lock) {
        this.directory = directory;
        this.realPath = realPath;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /**
     * Opens a directory, making it if it is not there.
     *
     * @throws IllegalStateException if it cannot be used; one sentence says why and what to do
     */
    static DirectoryDisk open(Path directory) {
        try {
            make(directory.toAbsolutePath());
            return openLocked(directory, directory.toRealPath());
        } catch (FileAlreadyExistsException e) {
            throw new IllegalStateException(
                    "Expected a directory, but " + directory + " is a file; name another one.", e);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected a directory that can be written, but " + directory + " cannot: " + reason(e)
                            + "; check its owner and permissions, or name another one.",
                    e);
        }
    }

    /** Makes what is missing of a path, and its name durable, also if it was made by a process that died before that. */
    private static void make(Path directory) throws IOException {
        Path above = directory.getParent();
        if (above == null) {
            return;
        }
        if (!Files.isDirectory(above)) {
            make(above);
        }
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(directory, attributes("rwx------"));
        }
        if (Files.isReadable(above)) {
            syncNames(above);
        }
    }

    private static DirectoryDisk openLocked(Path directory, Path realPath) throws IOException {
        if (System.getProperties().putIfAbsent(OPEN_HERE + realPath, ownProcess()) != null) {
            throw heldBy(directory, ownProcess());
        }
        try {
            FileChannel channel = FileChannel.open(
                    directory.resolve(LOCK),
                    Set.<OpenOption>of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    attributes("rw-------"));
            return new DirectoryDisk(directory, realPath, channel, lock(directory, channel));
        } catch (IOException | RuntimeException e) {
            System.clearProperty(OPEN_HERE + realPath);
            throw e;
        }
    }

    @Override
    public List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                names.add(String.valueOf(file.getFileName()));
            }
        }
        names.remove(LOCK);
        return names;
    }

    @Override
    public File create(String name) throws IOException {
        return open(
                name,
                Set.<OpenOption>of(
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS));
    }

    @Override
    public File createStreamed(String name) throws IOException {
        return new DirectOutput(create(name), DirectChannel.open(directory.resolve(name), StandardOpenOption.WRITE));
    }

    @Override
    public File openStreamed(String name) throws IOException {
        File cached = open(name);
        DirectChannel direct = DirectChannel.open(directory.resolve(name), StandardOpenOption.READ);
        return direct == null ? cached : new DirectInput(cached, direct);
    }

    @Override
    public File open(String name) throws IOException {
        return open(name, OPENS);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                directory.resolve(from),
                directory.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Removal.remove(directory.resolve(name));
    }

    @Override
    public void makeDirectory(String name) throws IOException {
        made.add(Files.createDirectory(directory.resolve(name), attributes("rwx------")));
    }

    @Override
    public void syncNames() throws IOException {
        for (Path below : made) {
            syncNames(below);
        }
        syncNames(directory);
    }

    /** Makes the names in any directory durable. */
    static void syncNames(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockChannel.close();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to give up the lock of " + directory + ", but could not; it goes with the process.", e);
        } finally {
            System.clearProperty(OPEN_HERE + realPath);
        }
    }

    private File open(String name, Set<? extends OpenOption> options) throws IOException {
        Path file = directory.resolve(name);
        FileChannel channel = FileChannel.open(file, options, attributes("rw-------"));
        return new ChannelFile(channel, FileChannel.open(file, OPENS), () -> FileChannel.open(file, OPENS));
    }

    private static FileLock lock(Path directory, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            String holder = holder(channel);
            channel.close();
            throw heldBy(directory, holder);
        }
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(ownProcess().getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return lock;
    }

    private static IllegalStateException heldBy(Path directory, String process) {
        return new IllegalStateException("Expected to be the only one to open " + directory + ", but process " + process
                + " has it open; end that one first, or name another directory.");
    }

    private static String ownProcess() {
        return Long.toString(ProcessHandle.current().pid());
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    }

    private static FileAttribute<?>[] attributes(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    static String reason(IOException e) {
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : " " + e.getMessage());
    }
}
