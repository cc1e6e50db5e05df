package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.Checksum;
import dev.plinth.engine.internal.store.log.DirectoryDisk;
import dev.plinth.engine.internal.store.log.JournalEnd;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.memory.MappedTables;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.internal.store.memory.TableFactory;
import dev.plinth.engine.settings.Tables;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tables in mapped files, which a clean close leaves for the next process. That process opens them at once, however
 * many rows they have.
 *
 * <p>The files are a cache and never the truth. They count only with a marker. A clean close writes the marker last,
 * and the next opening deletes it first. It names the record up to which the files are right, the layout, and every
 * file with its length and time. It also names the boot of the kernel whose page cache has the files. Without it, or
 * with any difference, the files are deleted and the tables are made from snapshot and journal as always. So a process
 * that was killed during a change costs time, and nothing else.
 *
 * <p>A directory with the tables of another store is refused, and its files stay as they are.
 *
 * <p>Layout of the marker, where texts are as {@link DataOutputStream#writeUTF} writes them:
 * <pre>
 *   magic                                   8
 *   store                                  16
 *   identity
 *   sequence                                8
 *   CRC of that record                      4
 *   epoch                                   8
 *   number of files                         4
 *   for each file: name, bytes 8, time 8
 *   the content of StoreTables.save
 *   CRC-32C                                 4
 * </pre>
 */
final class QuickRestart implements AutoCloseable {
    private static final System.Logger LOG = Log.of(QuickRestart.class);
    private static final byte[] MAGIC = "PLINTHQR".getBytes(StandardCharsets.US_ASCII);

    /** The format of the files. Raise it with every change of how rows, index or sets lie in their memory. */
    private static final int FORMAT = 3;

    private static final String MARKER = MappedTables.PREFIX + "clean";
    private static final Pattern OURS =
            Pattern.compile("plinth-clean(\\.tmp)?|plinth-[a-z-]+\\.(usual|large|rows|slabs|words)");

    private final Path directory;
    private final Disk lock;
    private final StoreSettings settings;
    private final String identity;
    private final LongSupplier usableBytes;

    private QuickRestart(Path directory, Disk lock, StoreSettings settings, String identity, LongSupplier usableBytes) {
        this.directory = directory;
        this.lock = lock;
        this.settings = settings;
        this.identity = identity;
        this.usableBytes = usableBytes;
    }

    /**
     * Takes a directory for the files, and makes it if it does not exist.
     *
     * @throws IllegalStateException if it cannot be used; the message says why and what to do
     */
    static QuickRestart open(QuickFiles files, StoreSettings settings) {
        return open(files, settings, bootId(), () -> MappedTables.usableBytes(files.directory()));
    }

    static QuickRestart open(QuickFiles files, StoreSettings settings, String boot, LongSupplier usableBytes) {
        Path directory = files.directory();
        if (settings.kind() == Tables.HEAP) {
            throw new IllegalStateException("Expected off-heap tables, but a quick restart from " + directory
                    + " was asked for with heap tables; say off-heap or chronicle, or do without the quick restart.");
        }
        String identity = boot + " " + files.release() + " " + layout(settings);
        Disk lock = DirectoryDisk.open(directory);
        try {
            requireOwn(directory, lock.names());
            // Whatever can write here decides what the rows contain.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException | UnsupportedOperationException e) {
            lock.close();
            throw new IllegalStateException(
                    "Expected a directory for the quick restart that other users cannot write, but " + directory
                            + " cannot be made one; name another one.",
                    e);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
        return new QuickRestart(directory, lock, settings, identity, usableBytes);
    }

    /** Checks the directory before anything in it is changed, because it may have files of others. */
    private static void requireOwn(Path directory, List<String> names) {
        for (String name : names) {
            if (!OURS.matcher(name).matches()) {
                throw new IllegalStateException("Expected a directory of its own for the quick restart, but "
                        + directory + " has " + name + "; name another one.");
            }
        }
    }

    /**
     * Refuses tables of another store.
     *
     * @param store the opened store; null if it is new
     * @throws IllegalStateException if a clean close of another store has left its tables here; nothing is changed then
     */
    void requireOf(@Nullable StoreId store) throws IOException {
        Path marker = directory.resolve(MARKER);
        if (!Files.exists(marker)) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(marker));
        StoreId of = isWhole(bytes) && !isOfFormat1(bytes) ? StoreId.read(bytes.position(MAGIC.length)) : store;
        if (of != null && !of.equals(store)) {
            throw new IllegalStateException(
                    "Expected no tables of another store for the quick restart, but " + directory
                            + " has those of store " + of + ", and " + (store == null ? "a new one" : "store " + store)
                            + " was to be opened; name another directory for the quick restart, or delete the files in that one.");
        }
    }

    /** Returns true for a marker of format 1, which has the text of its identity in place of the store's id. */
    private static boolean isOfFormat1(ByteBuffer marker) {
        int length = marker.getShort(MAGIC.length);
        int from = MAGIC.length + Short.BYTES;
        if (length <= 0 || length > marker.limit() - from) {
            return false;
        }
        for (int i = from; i < from + length; i++) {
            if (marker.get(i) < ' ') {
                return false;
            }
        }
        return true;
    }

    private static boolean isWhole(ByteBuffer marker) {
        int body = marker.limit() - Integer.BYTES;
        return body >= MAGIC.length + StoreId.BYTES && marker.getInt(body) == Checksum.of(marker, 0, body);
    }

    /**
     * Returns the tables of the last clean close, or null if none can be trusted. Works once, because it deletes the
     * marker. Their end names no segment.
     */
    Recovery.@Nullable RecoveredTables find() {
        try {
            Path marker = directory.resolve(MARKER);
            if (!Files.exists(marker)) {
                return null;
            }
            byte[] bytes = Files.readAllBytes(marker);
            Files.delete(marker);
            return read(bytes);
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "The tables of the last clean close in " + directory + " cannot be used: " + e.getMessage()
                            + "; they are made again from the journal");
            return null;
        }
    }

    /**
     * Makes empty tables in new files.
     *
     * @param expectedBytes how many bytes of rows will be put into them at once
     */
    StoreTables begin(long expectedBytes) {
        try {
            List<String> old = lock.names();
            requireOwn(directory, old);
            delete(old);
            long needed = expectedBytes + expectedBytes / 2 + MappedTables.SPACE_MIN_BYTES;
            long usable = usableBytes.getAsLong();
            if (usable < needed) {
                throw new IllegalStateException("Expected " + needed + " bytes for tables in " + directory
                        + ", but its file system has " + usable + "; free some, or name another directory for the quick"
                        + " restart.");
            }
            return new StoreTables(factory(), settings);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to make tables in " + directory + ", but could not: " + e.getMessage()
                            + "; name another directory for the quick restart.",
                    e);
        }
    }

    /**
     * Deletes the files of tables that were begun and will not be used. Below {@code /dev/shm} they would go on taking
     * memory.
     */
    void discard() {
        try {
            delete(lock.names());
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Could not delete unfinished tables in " + directory + ": " + e.getMessage()
                            + "; the next quick restart tries again");
        }
    }

    private void delete(List<String> names) throws IOException {
        for (String name : names) {
            lock.delete(name);
        }
    }

    /**
     * Closes the tables and leaves them for the next process.
     *
     * @param end their last record, which is durable
     */
    void leave(StoreTables tables, JournalEnd end) {
        try {
            ByteArrayOutputStream state = new ByteArrayOutputStream();
            try (tables) {
                tables.save(new DataOutputStream(state));
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.write(MAGIC);
            out.writeLong(end.store().high());
            out.writeLong(end.store().low());
            out.writeUTF(identity);
            out.writeLong(end.sequence());
            out.writeInt(end.crc());
            out.writeLong(end.epoch());
            List<String> names = files();
            out.writeInt(names.size());
            for (String name : names) {
                sync(name);
                out.writeUTF(name);
                out.writeLong(Files.size(directory.resolve(name)));
                out.writeLong(modified(name));
            }
            state.writeTo(out);
            byte[] written = bytes.toByteArray();
            out.writeInt(Checksum.of(ByteBuffer.wrap(written), 0, written.length));
            try (Disk.File marker = lock.create(MARKER + ".tmp")) {
                marker.write(ByteBuffer.wrap(bytes.toByteArray()), 0);
            }
            lock.rename(MARKER + ".tmp", MARKER);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Could not leave the tables in " + directory + " for a quick restart: " + e.getMessage()
                            + "; the next start makes them from the journal");
        }
    }

    @Override
    public void close() {
        lock.close();
    }

    private Recovery.RecoveredTables read(byte[] bytes) throws IOException {
        if (!isWhole(ByteBuffer.wrap(bytes))) {
            throw new IOException("the marker is damaged");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, bytes.length - Integer.BYTES));
        in.skipNBytes(MAGIC.length);
        StoreId store = new StoreId(in.readLong(), in.readLong());
        String left = in.readUTF();
        if (!left.equals(identity)) {
            throw new IOException("they were left by another boot, release or layout");
        }
        JournalEnd end = new JournalEnd(store, in.readLong(), in.readInt(), in.readLong(), 0, 0, false);
        List<String> names = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            String name = in.readUTF();
            names.add(name);
            Path file = directory.resolve(name);
            long size = in.readLong();
            long modified = in.readLong();
            if (!Files.exists(file) || Files.size(file) != size || modified(name) != modified) {
                throw new IOException(name + " was changed since");
            }
        }
        if (!names.equals(files())) {
            throw new IOException("the files are not those that were left");
        }
        return new Recovery.RecoveredTables(StoreTables.restore(factory(), settings, in), end, 0);
    }

    private TableFactory factory() {
        return new MappedTables(settings.kind(), directory, usableBytes);
    }

    /** Returns all files except our own two. */
    private List<String> files() throws IOException {
        List<String> names = new ArrayList<>(lock.names());
        names.remove(MARKER);
        names.remove(MARKER + ".tmp");
        Collections.sort(names);
        return names;
    }

    /**
     * Writes the page cache back, and throws if that fails, because such a page may come back from the disk as it was.
     */
    private void sync(String name) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(name), StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private long modified(String name) throws IOException {
        FileTime time = Files.getLastModifiedTime(directory.resolve(name));
        return time.to(TimeUnit.NANOSECONDS);
    }

    private static String layout(StoreSettings settings) {
        StringBuilder text = new StringBuilder("format ")
                .append(FORMAT)
                .append(' ')
                .append(settings.kind())
                .append(' ')
                .append(settings.maxResources());
        for (TableName<?> name : settings.tables()) {
            text.append(' ')
                    .append(name.number())
                    .append(':')
                    .append(name.keyBytes())
                    .append(':')
                    .append(name.averageRowBytes())
                    .append(':')
                    .append(name.rowsPerResource());
        }
        return text.toString();
    }

    private static String bootId() {
        String boot = DirectoryDisk.bootId();
        if (boot.isEmpty()) {
            throw new IllegalStateException("Expected a kernel that tells its boot in " + DirectoryDisk.BOOT_FILE
                    + ", which a quick restart needs; do without the quick restart here.");
        }
        return boot;
    }
}
