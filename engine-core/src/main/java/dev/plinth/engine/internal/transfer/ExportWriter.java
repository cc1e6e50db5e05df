package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.OwnerOnly;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.settings.IdSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes an exported file. Until it is whole and durable, its name is random and ends with {@code .partial}. Only its owner
 * can read it.
 * Not thread-safe.
 */
final class ExportWriter implements AutoCloseable {
    private static final String PARTIAL = ".partial";
    private static final int UNIQUE_BYTES = 8;
    private static final Pattern UNIQUE_AND_PARTIAL =
            Pattern.compile("[0-9a-f]{" + 2 * UNIQUE_BYTES + "}" + Pattern.quote(PARTIAL));
    private static final System.Logger LOG = Log.of(ExportWriter.class);

    /**
     * Begins a system property, with the name of a file that this process writes. POSIX releases the locks of a process on a
     * file as soon as the process closes any channel to it. So no other export here may even open the file.
     */
    private static final String WRITTEN_HERE = "dev.plinth.engine.export:";

    private final Path file;
    private final Path partial;
    private final FileChannel channel;
    private final SecretCipher cipher;
    private final byte[] header;
    private final MessageDigest digest = Bytes.newSha256();
    private final ByteArrayOutputStream part = new ByteArrayOutputStream(ExportFormat.PART_BYTES + 1024);
    private long parts;
    private long rows;
    private long bytes;

    private ExportWriter(Path file, Path partial, FileChannel channel, SecretCipher cipher, byte[] header) {
        this.file = file;
        this.partial = partial;
        this.channel = channel;
        this.cipher = cipher;
        this.header = header;
    }

    /** Begins a file. Deletes the partial files that killed exports to the same name have left. */
    static ExportWriter begin(Path file, SecretCipher cipher, IdSource random, Id workspace) throws IOException {
        if (Files.exists(file)) {
            throw exists(file);
        }
        deleteLeft(file);
        byte[] unique = new byte[UNIQUE_BYTES];
        random.fillSecret(unique);
        String hex = HexFormat.of().formatHex(unique);
        Path partial = file.resolveSibling(file.getFileName() + "." + hex + PARTIAL);
        FileChannel channel = make(partial);
        byte[] fileId = new byte[ExportFormat.randomBytes()];
        random.fillSecret(fileId);
        ExportWriter writer = new ExportWriter(file, partial, channel, cipher, ExportFormat.header(fileId));
        try {
            FileLock unused = channel.tryLock(); // until the channel is closed, or the process has ended
            writer.write(ByteBuffer.wrap(writer.header));
            writer.beginPart(ExportFormat.BEGIN);
            writer.part.writeBytes(workspace.key());
            writer.endPart();
            return writer;
        } catch (IOException | RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    private static FileChannel make(Path partial) throws IOException {
        String written = property(partial);
        boolean isMine = System.getProperties().putIfAbsent(written, "") == null;
        try {
            return FileChannel.open(
                    partial, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OwnerOnly.file());
        } catch (IOException | RuntimeException e) {
            if (isMine) {
                System.clearProperty(written);
            }
            throw e;
        }
    }

    private static String property(Path partial) {
        return WRITTEN_HERE + partial.toAbsolutePath().normalize();
    }

    private static void deleteLeft(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        String name = file.getFileName() + ".";
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path each : all) {
                String other = each.getFileName().toString();
                boolean isPartial = other.startsWith(name)
                        && UNIQUE_AND_PARTIAL
                                .matcher(other.substring(name.length()))
                                .matches();
                if (isPartial && System.getProperty(property(each)) == null && !isWritten(each)) {
                    Files.deleteIfExists(each);
                    LOG.log(System.Logger.Level.INFO, "Deleted " + each + ", which an export that was killed has left");
                }
            }
        }
    }

    /** Returns true if an export of another process goes on with a file. It holds a lock on the file. */
    private static boolean isWritten(Path partial) {
        try (FileChannel other = FileChannel.open(partial, StandardOpenOption.WRITE);
                FileLock lock = other.tryLock()) {
            return lock == null;
        } catch (IOException | OverlappingFileLockException e) {
            return true;
        }
    }

    /**
     * Adds a row of kind {@link ExportFormat#ROWS} or {@link ExportFormat#LATER_ROWS}.
     *
     * @param row the row, or null if it was removed
     * @throws UncheckedIOException if the disk refuses it
     */
    void row(int kind, int table, byte[] key, byte @Nullable [] row) {
        if (part.size() == 0) {
            beginPart(kind);
        }
        part.write(table);
        part.write(row == null ? 0 : 1);
        part.writeBytes(key);
        if (row != null) {
            byte[] length = new byte[Integer.BYTES];
            ByteBuffer.wrap(length).putInt(row.length - RowReader.SEQUENCE_BYTES);
            part.writeBytes(length);
            part.write(row, RowReader.SEQUENCE_BYTES, row.length - RowReader.SEQUENCE_BYTES);
        }
        rows++;
        if (part.size() >= ExportFormat.PART_BYTES) {
            endRows();
        }
    }

    /** Ends the rows of a kind. */
    void endRows() {
        try {
            endPart();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Ends the file, makes it durable and gives it its name.
     *
     * @return its length in bytes
     */
    long publish(long positions) throws IOException {
        endPart();
        byte[] sum = digest.digest();
        beginPart(ExportFormat.END);
        byte[] counts = new byte[2 * Long.BYTES];
        Bytes.putLong(counts, 0, positions);
        Bytes.putLong(counts, Long.BYTES, rows);
        part.writeBytes(counts);
        part.writeBytes(sum);
        endPart();
        channel.force(true);
        giveName();
        channel.close();
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
        return bytes;
    }

    /** Gives the file its name. A file that was made meanwhile stays as it is. */
    private void giveName() throws IOException {
        try {
            Files.createLink(file, partial);
            Files.delete(partial);
        } catch (FileAlreadyExistsException e) {
            throw exists(file);
        } catch (FileSystemException | UnsupportedOperationException e) {
            moveToName(); // this file system has no links
        }
    }

    private void moveToName() throws IOException {
        try {
            Files.move(partial, file);
        } catch (FileAlreadyExistsException e) {
            throw exists(file);
        }
    }

    private static IllegalStateException exists(Path file) {
        return new IllegalStateException(
                "The file " + file + " exists, and an export does not replace it. Name another file, or delete it.");
    }

    long rows() {
        return rows;
    }

    private void beginPart(int kind) {
        part.write(kind);
    }

    private void endPart() throws IOException {
        if (part.size() == 0) {
            return;
        }
        byte[] plain = part.toByteArray();
        part.reset();
        digest.update(plain);
        byte[] sealed = cipher.sealUnnamed(plain, ExportFormat.bound(header, parts++));
        ByteBuffer out = ByteBuffer.allocate(ExportFormat.PART_HEAD_BYTES + sealed.length);
        write(out.putInt(sealed.length)
                .putInt(ExportFormat.crc(sealed))
                .put(sealed)
                .flip());
    }

    private void write(ByteBuffer out) throws IOException {
        bytes += out.remaining();
        while (out.hasRemaining()) {
            int unused = channel.write(out);
        }
    }

    /** Deletes what has no other name. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
            Files.deleteIfExists(partial);
        } finally {
            System.clearProperty(property(partial));
        }
    }
}
