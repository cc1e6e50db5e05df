package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.base.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The layout of an exported file: a header, then parts, the last of which ends it.
 *
 * <pre>
 *   header   8 bytes "PLINTHWS", 4 bytes format, 16 random bytes, 4 bytes CRC-32C of these
 *   part     4 bytes length, 4 bytes CRC-32C of what follows, then AES-256-GCM under the key of the export,
 *            bound to the header and to the number of the part
 *   begin    1, then the workspace
 *   rows     2 or 3, then rows: 1 byte table, 1 byte whether it is put, key, and if so 4 bytes length and the row
 *            without its sequence. Kind 3 has the rows that were changed while those of kind 2 were read
 *   end      4, then 8 bytes positions, 8 bytes rows, SHA-256 of all parts before it, decrypted
 * </pre>
 */
final class ExportFormat {
    static final int VERSION = 1;
    static final int BEGIN = 1;
    static final int ROWS = 2;
    static final int LATER_ROWS = 3;
    static final int END = 4;

    static final int HEADER_BYTES = 32;
    static final int PART_HEAD_BYTES = 8;

    /** Bytes after which a part is written. The last row may go beyond. */
    static final int PART_BYTES = 256 * 1024;

    /** The most bytes of an encrypted part: a full one, one more row with its key, and what encryption adds. */
    static final int PART_BYTES_MAX = 1024 * 1024;

    private static final byte[] MAGIC = "PLINTHWS".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION_AT = 8;
    private static final int RANDOM_AT = 12;
    private static final int CRC_AT = 28;

    private ExportFormat() {}

    /** Returns a header with these 16 random bytes. */
    static byte[] header(byte[] random) {
        byte[] bytes = new byte[HEADER_BYTES];
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.put(MAGIC).putInt(VERSION).put(random);
        header.putInt(crc(Arrays.copyOf(bytes, CRC_AT)));
        return bytes;
    }

    /** The length of the random bytes of a header. */
    static int randomBytes() {
        return CRC_AT - RANDOM_AT;
    }

    static boolean hasMagic(byte[] header) {
        return header.length == HEADER_BYTES && Arrays.equals(MAGIC, Arrays.copyOf(header, MAGIC.length));
    }

    static int version(byte[] header) {
        return ByteBuffer.wrap(header).getInt(VERSION_AT);
    }

    static boolean isWhole(byte[] header) {
        return ByteBuffer.wrap(header).getInt(CRC_AT) == crc(Arrays.copyOf(header, CRC_AT));
    }

    /** Returns the bytes to which the encryption of a part is bound. */
    static byte[] bound(byte[] header, long part) {
        byte[] bound = Arrays.copyOf(header, HEADER_BYTES + Long.BYTES);
        Bytes.putLong(bound, HEADER_BYTES, part);
        return bound;
    }

    static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
