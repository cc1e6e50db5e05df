package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.log.Batch;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Decides whether a batch is the next one of a shared log, record by record as {@link RecordAdmission} does. Pure.
 *
 * @param records the records of the batch
 * @param end the last record of the batch; the position before it if the batch is stale
 * @param isStale true if an earlier reign has appended the batch too late, so that it is to be skipped
 */
public record BatchAdmission(List<byte[]> records, LogPosition end, boolean isStale) {
    /**
     * Decides on a batch.
     *
     * @param last the last admitted record
     * @throws StoreDamageException if it is not the next one; the message names it as the middle of a sentence
     * @throws IllegalStateException if its version is unknown
     */
    public static BatchAdmission of(LogPosition last, Batch batch) {
        List<byte[]> records = records(batch);
        LogPosition end = last;
        for (byte[] bytes : records) {
            RecordAdmission admission = RecordAdmission.of(end, bytes);
            if (admission.verdict() == RecordAdmission.Verdict.STALE && end.equals(last)) {
                return new BatchAdmission(records, last, true);
            }
            if (!admission.isAdmitted()) {
                throw misfit(end.sequence() + 1, batch, admission.why());
            }
            end = end.behind(bytes);
        }
        return new BatchAdmission(records, end, false);
    }

    private static List<byte[]> records(Batch batch) {
        Frame frame = Frame.decode(ByteBuffer.wrap(batch.frame()));
        if (frame == null || frame.bytes() != batch.frame().length) {
            throw misfit(batch.first(), batch, "its frame is damaged");
        }
        if (frame.records().size() != batch.last() - batch.first() + 1) {
            throw misfit(
                    batch.first(), batch, "its frame has " + frame.records().size() + " records");
        }
        return frame.records();
    }

    private static StoreDamageException misfit(long sequence, Batch batch, String why) {
        return new StoreDamageException(
                "record " + sequence + " in " + batch + " of the log does not fit: " + why, batch.toString(), 0);
    }
}
