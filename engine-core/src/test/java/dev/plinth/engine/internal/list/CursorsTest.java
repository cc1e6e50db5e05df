package dev.plinth.engine.internal.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("scaled")
class CursorsTest {
    private static final String FILTER = "/v1/resources?status=active";
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final SecretCipher SEAL = new SecretCipher(new byte[SecretCipher.KEY_BYTES], new RandomIds());
    private static final Cursors CURSORS = new Cursors(SEAL, WORKSPACE, FILTER);

    @Test
    void read_cursorOfTheSameFilter_isTheNumber() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(20_000); i++) {
            long number = random.nextLong() >>> 1 + random.nextInt(60);
            assertThat(CURSORS.read(CURSORS.write(number)))
                    .as(TestScale.repeatWith(seed))
                    .isEqualTo(number);
        }
    }

    @Test
    void read_cursorOfAnotherFilter_isInvalid() {
        String cursor = CURSORS.write(42);

        for (String other : new String[] {"", "/v1/events?status=active", FILTER + " ", FILTER.substring(1)}) {
            assertThat(new Cursors(SEAL, WORKSPACE, other).read(cursor)).isEqualTo(Cursors.INVALID);
        }
    }

    @Test
    void read_cursorOfAnotherWorkspaceOrEngine_isInvalid() {
        String cursor = CURSORS.write(42);
        byte[] key = new byte[SecretCipher.KEY_BYTES];
        key[0] = 1;

        assertThat(new Cursors(SEAL, new Id(IdKind.WORKSPACE, 1, 2), FILTER).read(cursor))
                .isEqualTo(Cursors.INVALID);
        assertThat(new Cursors(new SecretCipher(key, new RandomIds()), WORKSPACE, FILTER).read(cursor))
                .isEqualTo(Cursors.INVALID);
        assertThat(new Cursors(new SecretCipher(new byte[SecretCipher.KEY_BYTES], new RandomIds()), WORKSPACE, FILTER)
                        .read(cursor))
                .as("after a restart")
                .isEqualTo(42);
    }

    /** It counts the changes of all workspaces. */
    @Test
    void write_number_isNotToldByItsCursor() {
        for (long number : new long[] {0, 1, 7, 1_000, 0x0102030405060708L}) {
            byte[] bytes = Base64.getUrlDecoder().decode(CURSORS.write(number));
            for (int at = 0; at + Long.BYTES <= bytes.length; at++) {
                assertThat(Bytes.getLong(bytes, at)).isNotEqualTo(number);
            }
        }
        assertThat(CURSORS.write(8).substring(0, 4))
                .isNotEqualTo(CURSORS.write(9).substring(0, 4));
    }

    @Test
    void read_anyCharacterChanged_isInvalid() {
        String cursor = CURSORS.write(123_456);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ";
        for (int at = 0; at < cursor.length(); at++) {
            for (char c : alphabet.toCharArray()) {
                String changed = cursor.substring(0, at) + c + cursor.substring(at + 1);
                assertThat(CURSORS.read(changed))
                        .as("%s for %s", changed, cursor)
                        .isEqualTo(changed.equals(cursor) ? 123_456 : Cursors.INVALID);
            }
        }
    }

    @Test
    void read_cutOrLengthened_isInvalid() {
        String cursor = CURSORS.write(7);
        for (int length = 0; length < cursor.length(); length++) {
            assertThat(CURSORS.read(cursor.substring(0, length))).isEqualTo(Cursors.INVALID);
        }
        assertThat(CURSORS.read(cursor + "A")).isEqualTo(Cursors.INVALID);
        assertThat(CURSORS.read(cursor + "==")).isEqualTo(Cursors.INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "ü", "null", "42", "evt_01arz3ndektsv4rrffq69g5fav"})
    void read_anythingElse_isInvalid(String cursor) {
        assertThat(CURSORS.read(cursor)).isEqualTo(Cursors.INVALID);
    }

    @Test
    void write_number_isOpaqueAndFitsIntoAQuery() {
        assertThat(CURSORS.write(Long.MAX_VALUE)).matches("[A-Za-z0-9_-]{22}");
        assertThat(Base64.getUrlDecoder().decode(CURSORS.write(1))).hasSize(16);
    }

    @Test
    void read_negativeNumber_isInvalid() {
        assertThat(CURSORS.read(CURSORS.write(-5))).isEqualTo(Cursors.INVALID);
    }
}
