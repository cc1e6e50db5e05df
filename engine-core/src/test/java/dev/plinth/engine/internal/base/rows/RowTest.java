package dev.plinth.engine.internal.base.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("scaled")
class RowTest {
    private final long seed = TestScale.seed();

    @Test
    void reader_anyFields_areReadAsWritten() {
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(20_000); i++) {
            RowWriter writer = new RowWriter(random.nextInt(128));
            List<Object> fields = new ArrayList<>();
            List<Integer> kinds = new ArrayList<>();
            for (int field = random.nextInt(12); field > 0; field--) {
                int kind = random.nextInt(8);
                kinds.add(kind);
                fields.add(write(writer, kind, random));
            }
            byte[] row = writer.row();
            RowReader reader = new RowReader(row, 127);
            for (int field = 0; field < kinds.size(); field++) {
                assertThat(read(reader, kinds.get(field)))
                        .as("field %d of kinds %s, %s", field, kinds, TestScale.repeatWith(seed))
                        .isEqualTo(fields.get(field));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_456, Integer.MAX_VALUE, -1})
    void small_border_isReadAsWritten(int value) {
        byte[] row = new RowWriter(1).small(value).small(5).row();

        RowReader reader = new RowReader(row, 1);

        assertThat(reader.small()).isEqualTo(value);
        assertThat(reader.small()).isEqualTo(5);
    }

    @Test
    void row_firstEightBytes_areLeftForTheSequence() {
        byte[] row = new RowWriter(1).number(7).row();
        assertThat(RowReader.sequence(row)).isZero();

        Bytes.putLong(row, 0, 99);

        assertThat(RowReader.sequence(row)).isEqualTo(99);
        assertThat(new RowReader(row, 1).number()).isEqualTo(7);
    }

    @Test
    void reader_rowOfANewerVersion_isRefused() {
        byte[] row = new RowWriter(3).row();

        assertThat(new RowReader(row, 3)).isNotNull();
        assertThatThrownBy(() -> new RowReader(row, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 3");
    }

    private static Object write(RowWriter writer, int kind, Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        boolean absent = random.nextBoolean();
        switch (kind) {
            case 0 -> {
                long value = random.nextLong();
                writer.number(value);
                return value;
            }
            case 1 -> {
                int value = random.nextInt(Integer.MAX_VALUE) >>> random.nextInt(31);
                writer.small(value);
                return value;
            }
            case 2 -> {
                Id id = new Id(IdKind.JOB, random.nextLong(), random.nextLong());
                writer.id(id);
                return id;
            }
            case 3 -> {
                Id id = absent ? null : new Id(IdKind.JOB, random.nextLong(), random.nextLong());
                writer.optionalId(id);
                return id;
            }
            case 4 -> {
                writer.bytes(bytes);
                return bytes;
            }
            case 5 -> {
                byte[] value = absent ? null : bytes;
                writer.optionalBytes(value);
                return value;
            }
            case 6 -> {
                String text = "grüße \ud83d\ude00 ".repeat(random.nextInt(20));
                writer.text(text);
                return text;
            }
            default -> {
                String text = absent ? null : "";
                writer.optionalText(text);
                return text;
            }
        }
    }

    @Test
    void optionalText_withAUsualOne_isThatObjectOnlyIfTheTextIsTheSame() {
        String usual = "\"v1\"";
        for (String text :
                new String[] {null, "", "\"v1", "\"v2\"", "\"v1\"", "\"v12\"", "\"v1\"x", "x".repeat(132), "ü1\""}) {
            RowReader reader =
                    new RowReader(new RowWriter(1).optionalText(text).number(17).row(), 1);

            String read = reader.optionalText(usual);

            assertThat(read).isEqualTo(text);
            if (usual.equals(text)) {
                assertThat(read).isSameAs(usual);
            }
            assertThat(reader.number()).isEqualTo(17);
        }
    }

    private static Object read(RowReader reader, int kind) {
        return switch (kind) {
            case 0 -> reader.number();
            case 1 -> reader.small();
            case 2 -> reader.id(IdKind.JOB);
            case 3 -> reader.optionalId(IdKind.JOB);
            case 4 -> reader.bytes();
            case 5 -> reader.optionalBytes();
            case 6 -> reader.text();
            default -> reader.optionalText();
        };
    }
}
