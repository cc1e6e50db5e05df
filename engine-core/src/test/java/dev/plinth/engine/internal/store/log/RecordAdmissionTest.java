package dev.plinth.engine.internal.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.TestRows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the rule by which records get from a log into the tables, on random logs with a planted fault in each. */
@Tag("scaled")
class RecordAdmissionTest {
    private static final int CELL = 3;
    private static final int CRC_AT = 1;
    private static final int COVERED_FROM = 5;
    private static final int CRC_BEFORE_AT = 5;
    private static final int CELL_AT = 9;
    private static final int EPOCH_AT = 13;
    private static final int SEQUENCE_AT = 21;

    private final long seed = TestScale.seed();

    /** Faults that are planted into the next record of a log. */
    private enum Fault {
        BIT_FLIPPED(RecordAdmission.Verdict.MISFIT, "CRC-32C"),
        CUT_SHORT(RecordAdmission.Verdict.MISFIT, ""),
        OF_ANOTHER_CELL(RecordAdmission.Verdict.MISFIT, "it is of cell"),
        OF_AN_OLDER_EPOCH(RecordAdmission.Verdict.STALE, "it is of epoch"),
        OF_AN_OLDER_EPOCH_AND_ANOTHER_PLACE(RecordAdmission.Verdict.STALE, "it is of epoch"),
        REPEATED(RecordAdmission.Verdict.MISFIT, "it is number"),
        ONE_TOO_FAR(RecordAdmission.Verdict.MISFIT, "it is number"),
        BEHIND_ANOTHER_RECORD(RecordAdmission.Verdict.MISFIT, "does not follow");

        private final RecordAdmission.Verdict verdict;
        private final String why;

        Fault(RecordAdmission.Verdict verdict, String why) {
            this.verdict = verdict;
            this.why = why;
        }

        private byte[] plantedIn(byte[] record, Random random) {
            byte[] bytes = record.clone();
            ByteBuffer at = ByteBuffer.wrap(bytes);
            switch (this) {
                case BIT_FLIPPED -> {
                    int bit = 8 + random.nextInt(8 * (bytes.length - 1));
                    bytes[bit / 8] ^= (byte) (1 << bit % 8);
                    return bytes;
                }
                case CUT_SHORT -> {
                    return ByteBuffer.allocate(1 + random.nextInt(bytes.length - 1))
                            .put(bytes[0])
                            .array();
                }
                case OF_ANOTHER_CELL -> at.putInt(CELL_AT, CELL + 1 + random.nextInt(1_000));
                case OF_AN_OLDER_EPOCH -> at.putLong(EPOCH_AT, at.getLong(EPOCH_AT) - 1 - random.nextInt(3));
                case OF_AN_OLDER_EPOCH_AND_ANOTHER_PLACE -> {
                    at.putLong(EPOCH_AT, at.getLong(EPOCH_AT) - 1);
                    at.putLong(SEQUENCE_AT, random.nextLong());
                    at.putInt(CRC_BEFORE_AT, random.nextInt());
                }
                case REPEATED -> at.putLong(SEQUENCE_AT, at.getLong(SEQUENCE_AT) - 1);
                case ONE_TOO_FAR -> at.putLong(SEQUENCE_AT, at.getLong(SEQUENCE_AT) + 1);
                case BEHIND_ANOTHER_RECORD -> at.putInt(CRC_BEFORE_AT, at.getInt(CRC_BEFORE_AT) ^ 1);
            }
            return sealed(bytes);
        }
    }

    @Test
    void of_anyLog_admitsEveryRecordOfItInOrder() {
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(500); round++) {
            LogPosition last = LogPosition.atTheBeginning(CELL);
            for (byte[] record : log(random)) {
                assertThat(RecordAdmission.of(last, record).isAdmitted())
                        .as("record %d, %s", last.sequence() + 1, TestScale.repeatWith(seed))
                        .isTrue();
                last = last.behind(record);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void of_recordWithAFault_isRefusedAndSaysWhy(Fault fault) {
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(2_000); round++) {
            List<byte[]> log = log(random);
            LogPosition last = LogPosition.atTheBeginning(CELL);
            for (byte[] record : log.subList(0, log.size() - 1)) {
                last = last.behind(record);
            }

            RecordAdmission admission = RecordAdmission.of(last, fault.plantedIn(log.get(log.size() - 1), random));

            assertThat(admission.verdict())
                    .as("%s, %s", admission, TestScale.repeatWith(seed))
                    .isEqualTo(fault.verdict);
            assertThat(admission.why()).contains(fault.why);
        }
    }

    @Test
    void of_recordOfAnotherVersion_saysWhichReleaseReadsIt() {
        List<byte[]> log = log(new Random(seed));
        byte[] record = log.get(0).clone();
        record[0] = 2;

        assertThatThrownBy(() -> RecordAdmission.of(LogPosition.atTheBeginning(CELL), record))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 1")
                .hasMessageContaining("found 2");
    }

    /** Returns at least three records. The last two are of one epoch. */
    private static List<byte[]> log(Random random) {
        int count = 3 + random.nextInt(8);
        List<byte[]> log = new ArrayList<>();
        int crc = 0;
        long epoch = 5;
        for (int sequence = 1; sequence <= count; sequence++) {
            epoch += sequence == count ? 0 : random.nextInt(3);
            byte[] row = new byte[9 + random.nextInt(60)];
            random.nextBytes(row);
            List<Changes.Write> writes = List.of(new Changes.Write(TestRows.TABLE, TestRows.key(sequence), row));
            byte[] record = RecordCodec.encode(new Record(CELL, epoch, sequence, sequence, 0, writes), crc);
            log.add(record);
            crc = RecordCodec.crc(record);
        }
        return log;
    }

    private static byte[] sealed(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, COVERED_FROM, bytes.length - COVERED_FROM);
        ByteBuffer.wrap(bytes).putInt(CRC_AT, (int) crc.getValue());
        return bytes;
    }
}
