package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.OwnerOnly;
import dev.plinth.engine.internal.base.problem.IoFailure;
import dev.plinth.engine.internal.store.log.disk.ChannelFile;
import dev.plinth.engine.internal.store.log.disk.DirectChannel;
import dev.plinth.engine.internal.store.log.disk.DirectInput;
import dev.plinth.engine.internal.store.log.disk.DirectOutput;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.LockFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A real directory with one opener at a time. A file lock shows the opener, and ends with the process however that
 * ends. Directory 0700, files 0600.
 */
public final class DirectoryDisk implements Disk {
    private static final Set<OpenOption> OPENS =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final int TOKEN_CHARS = 8;

    /** The file in which the kernel names its boot. */
    public static final Path BOOT_FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path directory;
    private final LockFile lock;
    private final String token = StoreId.random().toString().substring(0, TOKEN_CHARS);
    private final List<Path> made = new ArrayList<>();

    private DirectoryDisk(Path directory, LockFile lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Opens a directory, and makes it if it does not exist.
     *
     * @throws IllegalStateException if it cannot be used; one sentence says why and what to do
     */
    public static DirectoryDisk open(Path directory) {
        try {
            make(directory.toAbsolutePath());
            LockFile lock = LockFile.take(directory, OwnerOnly.file());
            DirectoryDisk disk = new DirectoryDisk(directory, lock);
            try {
                if (!StoreNames.of(disk).segments().isEmpty()) {
                    lock.settle();
                }
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
            return disk;
        } catch (FileAlreadyExistsException e) {
            throw new IllegalStateException(
                    "Expected a directory, but " + directory + " is a file; name another one.", e);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected a directory that can be written, but " + directory + " cannot: " + IoFailure.reason(e)
                            + "; check its owner and permissions, or name another one.",
                    e);
        }
    }

    /**
     * Makes the missing parts of a path and their names durable, even those that were made by a process that died
     * before that.
     */
    private static void make(Path directory) throws IOException {
        Path above = directory.getParent();
        if (above == null) {
            return;
        }
        if (!Files.isDirectory(above)) {
            make(above);
        }
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(directory, OwnerOnly.directory());
        }
        if (Files.isReadable(above)) {
            syncNames(above);
        }
    }

    @Override
    public List<String> names() throws IOException {
        List<String> names = names(directory);
        names.remove(LockFile.NAME);
        return names;
    }

    /** Returns the names of all files of a directory, in no particular order. */
    public static List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                names.add(String.valueOf(file.getFileName()));
            }
        }
        return names;
    }

    /** Opens a file of any directory, which is only read. */
    public static File reading(Path file) throws IOException {
        return ChannelFile.reading(file);
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

    /**
     * Links the file under its new name and removes the old one, because a rename would replace a file with the new
     * name.
     */
    @Override
    public void renameNew(String from, String to) throws IOException {
        Path target = directory.resolve(to);
        try {
            Files.createLink(target, directory.resolve(from));
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            rename(from, to); // the file system has no hard links
            return;
        }
        Files.delete(directory.resolve(from));
    }

    @Override
    public void delete(String name) throws IOException {
        boolean unused = Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void makeDirectory(String name) throws IOException {
        made.add(Files.createDirectory(directory.resolve(name), OwnerOnly.directory()));
    }

    @Override
    public void syncNames() throws IOException {
        for (Path below : made) {
            syncNames(below);
        }
        syncNames(directory);
    }

    /** Makes the names in any directory durable. */
    public static void syncNames(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public boolean isOurs() {
        return lock.isOurs();
    }

    @Override
    public boolean isStillOurs() {
        return lock.isStillOurs();
    }

    @Override
    public String own(String name) {
        int dot = name.lastIndexOf('.');
        return name.substring(0, dot + 1) + token + name.substring(dot);
    }

    @Override
    public String boot() {
        return bootId();
    }

    /**
     * Returns the id of this boot of the machine; empty if the kernel has none. If it is unchanged, the page cache still
     * has everything that was written in between. Linux only.
     */
    public static String bootId() {
        try {
            return Files.readString(BOOT_FILE).trim();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        lock.close();
    }

    private File open(String name, Set<? extends OpenOption> options) throws IOException {
        Path file = directory.resolve(name);
        FileChannel channel = FileChannel.open(file, options, OwnerOnly.file());
        return new ChannelFile(channel, FileChannel.open(file, OPENS), () -> FileChannel.open(file, OPENS));
    }
}
