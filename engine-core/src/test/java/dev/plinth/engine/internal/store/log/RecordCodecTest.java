package dev.plinth.engine.internal.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.TableName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("scaled")
class RecordCodecTest {
    private static final TableName<?> PARCELS = TableName.of(3, "parcels", 16, 64, 1, TableName.Owner.ENGINE);
    private static final TableName<?> CRATES = TableName.of(127, "crates", 32, 64, 1, TableName.Owner.ENGINE);
    private static final RecordCodec CODEC = new RecordCodec(List.of(PARCELS, CRATES));
    private static final int CRC_BEFORE = 0xCAFE_BABE;
    private static final int CRC_AT = 1;
    private static final int COVERED_FROM = 5;
    private static final int COUNT_AT = 45;
    private static final int ROW_LENGTH_AT = 67;

    private final long seed = TestScale.seed();

    @Test
    void decode_anyRecord_isWhatWasEncoded() {
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(5_000); i++) {
            Record record = record(random);

            byte[] bytes = RecordCodec.encode(record, CRC_BEFORE);
            Record decoded = CODEC.decode(bytes, CRC_BEFORE);

            assertThat(bytes).hasSize(RecordCodec.size(record.writes()));
            assertSame(decoded, record);
        }
    }

    @Test
    void decode_rowOfRecord_carriesTheSequenceOfTheRecord() {
        byte[] row = new byte[20];
        Record record = new Record(0, 1, 77, 5, 6, List.of(new Changes.Write(PARCELS, new byte[16], row)));

        Record decoded = CODEC.decode(RecordCodec.encode(record, CRC_BEFORE), CRC_BEFORE);

        byte[] expected = new byte[20];
        expected[7] = 77;
        assertThat(decoded.writes().get(0).row()).isEqualTo(expected);
    }

    @Test
    void decode_anySingleBitFlipped_isRefused() {
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(20); round++) {
            byte[] bytes = RecordCodec.encode(record(random), CRC_BEFORE);
            for (int bit = 0; bit < 8 * bytes.length; bit++) {
                byte[] flipped = bytes.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                assertThatThrownBy(() -> CODEC.decode(flipped, CRC_BEFORE))
                        .as("bit %d of %d bytes, %s", bit, bytes.length, TestScale.repeatWith(seed))
                        .isInstanceOf(IllegalStateException.class);
            }
        }
    }

    @Test
    void decode_recordCutShort_isRefused() {
        byte[] bytes = RecordCodec.encode(record(new Random(seed)), CRC_BEFORE);
        for (int length = COVERED_FROM; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> CODEC.decode(cut, CRC_BEFORE))
                    .as("%d of %d bytes, %s", length, bytes.length, TestScale.repeatWith(seed))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void decode_recordAfterAnotherOne_isRefused() {
        byte[] first = RecordCodec.encode(record(new Random(seed)), 0);
        byte[] second = RecordCodec.encode(record(new Random(seed + 1)), RecordCodec.crc(first));
        byte[] third = RecordCodec.encode(record(new Random(seed + 2)), RecordCodec.crc(second));

        assertThat(CODEC.decode(second, RecordCodec.crc(first))).isNotNull();
        assertThat(CODEC.decode(third, RecordCodec.crc(second))).isNotNull();
        assertThatThrownBy(() -> CODEC.decode(third, RecordCodec.crc(first)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not follow");
        assertThatThrownBy(() -> CODEC.decode(first, RecordCodec.crc(second)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not follow");
    }

    @Test
    void decode_unknownVersion_isRefusedAndSaysSo() {
        byte[] bytes = RecordCodec.encode(record(new Random(seed)), CRC_BEFORE);
        bytes[0] = 2;

        assertThatThrownBy(() -> CODEC.decode(bytes, CRC_BEFORE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 1")
                .hasMessageContaining("found 2");
    }

    @Test
    void decode_unknownTable_isRefusedAndNamesIt() {
        TableName<?> unknown = TableName.of(99, "unknown", 16, 64, 1, TableName.Owner.ENGINE);
        Record record = new Record(0, 1, 4, 0, 0, List.of(new Changes.Write(unknown, new byte[16], null)));
        byte[] bytes = RecordCodec.encode(record, CRC_BEFORE);

        assertThatThrownBy(() -> CODEC.decode(bytes, CRC_BEFORE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("table 99")
                .hasMessageContaining("record 4");
    }

    @Test
    void decode_tableNumberBelowOne_isRefused() {
        for (byte number : new byte[] {0, -1, Byte.MIN_VALUE}) {
            Record record = new Record(0, 1, 4, 0, 0, List.of(new Changes.Write(PARCELS, new byte[16], null)));
            byte[] bytes = RecordCodec.encode(record, CRC_BEFORE);
            bytes[bytes.length - 22] = number;
            seal(bytes);

            assertThatThrownBy(() -> CODEC.decode(bytes, CRC_BEFORE)).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {COUNT_AT, ROW_LENGTH_AT})
    void decode_countOrLengthBeyondTheRecord_isRefusedAndTakesNoMemory(int at) {
        Record record = new Record(0, 1, 4, 0, 0, List.of(new Changes.Write(PARCELS, new byte[16], new byte[20])));
        byte[] bytes = RecordCodec.encode(record, CRC_BEFORE);
        ByteBuffer.wrap(bytes).putInt(at, Integer.MAX_VALUE);
        seal(bytes);

        assertThatThrownBy(() -> CODEC.decode(bytes, CRC_BEFORE)).isInstanceOf(RuntimeException.class);
    }

    private static void seal(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, COVERED_FROM, bytes.length - COVERED_FROM);
        ByteBuffer.wrap(bytes).putInt(CRC_AT, (int) crc.getValue());
    }

    private void assertSame(Record actual, Record expected) {
        String seedText = TestScale.repeatWith(seed);
        assertThat(actual.cell()).as(seedText).isEqualTo(expected.cell());
        assertThat(actual.epoch()).as(seedText).isEqualTo(expected.epoch());
        assertThat(actual.sequence()).as(seedText).isEqualTo(expected.sequence());
        assertThat(actual.timeMillis()).as(seedText).isEqualTo(expected.timeMillis());
        assertThat(actual.lastNumber()).as(seedText).isEqualTo(expected.lastNumber());
        assertThat(actual.writes()).as(seedText).hasSameSizeAs(expected.writes());
        for (int i = 0; i < actual.writes().size(); i++) {
            Changes.Write write = actual.writes().get(i);
            Changes.Write wanted = expected.writes().get(i);
            assertThat(write.table()).as(seedText).isSameAs(wanted.table());
            assertThat(write.key()).as(seedText).isEqualTo(wanted.key());
            assertThat(write.row()).as(seedText).isEqualTo(wanted.row());
        }
    }

    /** A record whose rows carry its sequence, as those of an applied one do. */
    private static Record record(Random random) {
        long sequence = random.nextLong();
        List<Changes.Write> writes = new ArrayList<>();
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            TableName<?> table = random.nextBoolean() ? PARCELS : CRATES;
            byte[] key = new byte[table.keyBytes()];
            random.nextBytes(key);
            byte[] row = null;
            if (random.nextInt(4) > 0) {
                row = new byte[9 + random.nextInt(60)];
                random.nextBytes(row);
                ByteBuffer.wrap(row).putLong(0, sequence);
            }
            writes.add(new Changes.Write(table, key, row));
        }
        return new Record(random.nextInt(), random.nextLong(), sequence, random.nextLong(), random.nextLong(), writes);
    }
}
