package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.log.Batch;
import java.nio.ByteBuffer;
import java.util.List;

/** Makes batches of a shared log from encoded records, as a journal does. */
public final class LogBatches {
    private LogBatches() {}

    /** Makes the batch of these records, whose first has this sequence by its frame. */
    public static Batch of(long epoch, long first, List<byte[]> records) {
        int bytes = Frame.HEADER_BYTES;
        for (byte[] record : records) {
            bytes += Frame.bytesOf(record);
        }
        byte[] frame =
                Frame.encode(ByteBuffer.allocate(bytes), first, true, records).array();
        int crc = RecordCodec.crc(records.get(records.size() - 1));
        return new Batch(first, first + records.size() - 1, epoch, RecordCodec.crcBefore(records.get(0)), crc, frame);
    }
}
