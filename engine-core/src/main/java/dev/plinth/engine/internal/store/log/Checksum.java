package dev.plinth.engine.internal.store.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C (RFC 3720 §12.1) of a part of a buffer, the checksum of every file of a store. */
public final class Checksum {
    private Checksum() {}

    public static int of(ByteBuffer buffer, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().limit(offset + length).position(offset));
        return (int) crc.getValue();
    }
}
