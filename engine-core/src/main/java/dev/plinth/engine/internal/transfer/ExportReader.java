package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.problem.IoFailure;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an exported file from its beginning to its end, and checks each part of it. Throws
 * {@code IllegalStateException} with one sentence for a file that it refuses. Not thread-safe.
 */
final class ExportReader {
    private static final String UNCHANGED = "; nothing was imported. ";
    private static final int SUM_BYTES = 32;

    private final Path file;
    private final Path keyFile;
    private final SecretCipher cipher;
    private final MessageDigest digest = Bytes.newSha256();
    private byte[] header = {};
    private long at;
    private long parts;
    private long rows;
    private int place;

    /**
     * Makes a reader of a file.
     *
     * @param keyFile the file of the key, for messages
     */
    ExportReader(Path file, Path keyFile, SecretCipher cipher) {
        this.file = file;
        this.keyFile = keyFile;
        this.cipher = cipher;
    }

    /** Takes what is in a file. */
    interface Visitor {
        /** Takes the workspace, before any row. */
        void workspace(Id workspace);

        /** Takes a row. Those of {@link ExportFormat#ROWS} come first, in the order of their tables. */
        void row(int kind, TransferredTable table, byte[] key, byte @Nullable [] row);
    }

    /**
     * The end of a file.
     *
     * @param positions how many positions the rows have
     * @param rows how many rows were read
     * @param sum SHA-256 of all parts before the end
     */
    record End(long positions, long rows, byte[] sum) {}

    /** Reads all of the file. */
    End read(Visitor visitor) {
        try (InputStream in = Files.newInputStream(file);
                DataInputStream data = new DataInputStream(new BufferedInputStream(in, ExportFormat.PART_BYTES))) {
            readHeader(data);
            End end = null;
            while (end == null) {
                end = part(nextPart(data), visitor);
            }
            if (data.read() >= 0) {
                throw damaged("has bytes after its end, at byte " + at);
            }
            return end;
        } catch (BufferUnderflowException e) {
            throw damaged("has a part that ends too early, before byte " + at);
        } catch (EOFException e) {
            throw damaged("ends too early, after byte " + at);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The file " + file + " cannot be read: " + IoFailure.reason(e)
                            + ". Check its path, its owner and permissions, and the disk.",
                    e);
        }
    }

    private void readHeader(DataInputStream data) throws IOException {
        header = data.readNBytes(ExportFormat.HEADER_BYTES);
        if (!ExportFormat.hasMagic(header)) {
            throw new IllegalStateException(
                    file + " is no exported workspace. Name a file that plinth.jar export has made.");
        }
        if (!ExportFormat.isWhole(header)) {
            throw damaged("is damaged before byte " + ExportFormat.HEADER_BYTES);
        }
        if (ExportFormat.version(header) != ExportFormat.VERSION) {
            throw new IllegalStateException(file + " has the format " + ExportFormat.version(header)
                    + ", and this release reads format " + ExportFormat.VERSION
                    + ". Import it with the release that exported it.");
        }
        at = ExportFormat.HEADER_BYTES;
    }

    private byte[] nextPart(DataInputStream data) throws IOException {
        int length = data.readInt();
        int crc = data.readInt();
        if (length <= 0 || length > ExportFormat.PART_BYTES_MAX) {
            throw damaged("is damaged at byte " + at);
        }
        byte[] sealed = new byte[length];
        data.readFully(sealed);
        if (ExportFormat.crc(sealed) != crc) {
            throw damaged("is damaged at byte " + at);
        }
        try {
            byte[] plain = cipher.open(sealed, ExportFormat.bound(header, parts));
            parts++;
            at += ExportFormat.PART_HEAD_BYTES + length;
            return plain;
        } catch (IllegalStateException e) {
            if (parts > 0) {
                throw damaged("is damaged at byte " + at);
            }
            throw new IllegalStateException(
                    file + " is encrypted with another key than the one in " + keyFile + UNCHANGED
                            + "Name the key file of its export.",
                    e);
        }
    }

    private @Nullable End part(byte[] bytes, Visitor visitor) {
        ByteBuffer plain = ByteBuffer.wrap(bytes);
        int kind = plain.get();
        if (kind == ExportFormat.END) {
            return end(plain);
        }
        digest.update(bytes);
        if (kind == ExportFormat.BEGIN) {
            byte[] workspace = new byte[Id.BYTES];
            plain.get(workspace);
            visitor.workspace(Id.read(IdKind.WORKSPACE, workspace, 0));
            return null;
        }
        if (kind != ExportFormat.ROWS && kind != ExportFormat.LATER_ROWS) {
            throw unknown("has a part of kind " + kind);
        }
        while (plain.hasRemaining()) {
            row(kind, plain, visitor);
        }
        return null;
    }

    private void row(int kind, ByteBuffer plain, Visitor visitor) {
        int number = plain.get();
        boolean isPut = plain.get() == 1;
        TransferredTable table = TransferredTables.numbered(number);
        if (table == null || table.stage() == TransferredTable.Stage.NEVER) {
            throw unknown("has rows of table " + number);
        }
        if (kind == ExportFormat.ROWS && TransferredTables.place(table) < place) {
            throw unknown("has its tables in another order");
        }
        place = kind == ExportFormat.ROWS ? TransferredTables.place(table) : place;
        byte[] key = new byte[table.table().keyBytes()];
        plain.get(key);
        byte[] row = null;
        if (isPut) {
            int length = plain.getInt();
            if (length < 0 || length > plain.remaining()) {
                throw damaged("has a row of " + length + " bytes in a part with " + plain.remaining() + " left");
            }
            row = new byte[RowReader.SEQUENCE_BYTES + length];
            plain.get(row, RowReader.SEQUENCE_BYTES, length);
        }
        rows++;
        visitor.row(kind, table, key, row);
    }

    private End end(ByteBuffer plain) {
        long positions = plain.getLong();
        long expected = plain.getLong();
        byte[] sum = new byte[SUM_BYTES];
        plain.get(sum);
        if (expected != rows || !Arrays.equals(sum, digest.digest())) {
            throw damaged("has " + rows + " rows and another sum than the " + expected + " rows that were exported");
        }
        return new End(positions, rows, sum);
    }

    /** Returns how many bytes were read. */
    long bytes() {
        return at;
    }

    /** Returns the exception for a file that is not the one that was exported. */
    IllegalStateException damaged(String what) {
        return new IllegalStateException(file + " " + what + UNCHANGED + "Copy the file again, or export again.");
    }

    /** Returns the exception for a file whose rows this release does not know. */
    IllegalStateException unknown(String what) {
        return new IllegalStateException(file + " " + what + ", which this release does not know" + UNCHANGED
                + "Import it with the release that exported it, or a later one.");
    }

    /** Returns the exception for a file with a row that no export writes, at the row that was read last. */
    IllegalStateException forged(TransferredTable table, String fault) {
        return damaged("has a row of " + table.table().name() + " before or at row " + rows + " that " + fault);
    }
}
