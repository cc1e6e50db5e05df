package dev.plinth.engine.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("scaled")
class IdTest {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(IdKind.class)
    void parse_textOfAnyId_isTheId(IdKind kind) {
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(10_000); i++) {
            Id id = new Id(kind, random.nextLong(), random.nextLong());
            assertThat(Id.parse(kind, id.text())).as(TestScale.repeatWith(seed)).isEqualTo(id);
            assertThat(Id.read(kind, id.key(), 0))
                    .as(TestScale.repeatWith(seed))
                    .isEqualTo(id);
            assertThat(id.text())
                    .as(TestScale.repeatWith(seed))
                    .matches(kind.prefix() + "_[0-7][" + ALPHABET + "]{25}")
                    .hasSizeLessThanOrEqualTo(Id.TEXT_LENGTH_MAX);
        }
    }

    @Test
    void text_knownBits_isTheKnownText() {
        assertThat(new Id(IdKind.RESOURCE, 0, 0)).hasToString("res_00000000000000000000000000");
        assertThat(new Id(IdKind.RESOURCE, 0, 1)).hasToString("res_00000000000000000000000001");
        assertThat(new Id(IdKind.JOB, 0, 32)).hasToString("job_00000000000000000000000010");
        assertThat(new Id(IdKind.WORKSPACE, -1, -1)).hasToString("ws_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        // The ULID of the specification's example, 01ARZ3NDEKTSV4RRFFQ69G5FAV.
        assertThat(new Id(IdKind.EVENT, 0x01563E3AB5D3D676L, 0x4C61EFB99302BD5BL))
                .hasToString("evt_01arz3ndektsv4rrffq69g5fav");
    }

    @Test
    void text_order_isTheOrderOfTheBits() {
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(50_000); i++) {
            // Few high bits differ, so that the low half decides often too.
            Id first = new Id(IdKind.RESOURCE, random.nextLong() << 62, random.nextLong());
            Id second = new Id(IdKind.RESOURCE, random.nextLong() << 62, random.nextLong());
            int high = Long.compareUnsigned(first.high(), second.high());
            int bits = high != 0 ? high : Long.compareUnsigned(first.low(), second.low());
            assertThat(Integer.signum(first.text().compareTo(second.text())))
                    .as("%s and %s, %s", first, second, TestScale.repeatWith(seed))
                    .isEqualTo(Integer.signum(bits));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "res_",
                "res_0000000000000000000000000",
                "res_000000000000000000000000000",
                "res_80000000000000000000000000",
                "res_z0000000000000000000000000",
                "res_0000000000000000000000000A",
                "res_0000000000000000000000000i",
                "res_0000000000000000000000000l",
                "res_0000000000000000000000000o",
                "res_0000000000000000000000000u",
                "res_0000000000000000000000000-",
                "res_000000000000000000000000 0",
                "res_0000000000000000000000000\u0660",
                "res_/0000000000000000000000000",
                "res_0000000000000000000000000\u0000",
                "RES_00000000000000000000000000",
                "res-00000000000000000000000000",
                "job_00000000000000000000000000",
                "00000000000000000000000000",
                " res_00000000000000000000000000",
                "res_00000000000000000000000000 "
            })
    void parse_anythingButTheCanonicalForm_isNoId(String text) {
        assertThat(Id.parse(IdKind.RESOURCE, text)).isNull();
    }

    @Test
    void parse_textOfAnotherKind_isNoId() {
        for (IdKind kind : IdKind.values()) {
            for (IdKind other : IdKind.values()) {
                Id parsed = Id.parse(other, new Id(kind, 1, 2).text());
                assertThat(parsed != null).isEqualTo(kind == other);
            }
        }
    }

    @Test
    void keyOf_innerId_startsWithTheOuterOne() {
        Id outer = new Id(IdKind.WORKSPACE, 1, 2);
        Id inner = new Id(IdKind.RESOURCE, 3, 4);

        byte[] key = outer.keyOf(inner);

        assertThat(key).hasSize(2 * Id.BYTES).startsWith(outer.key()).endsWith(inner.key());
    }
}
