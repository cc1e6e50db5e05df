package dev.plinth.engine.internal.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorsTest {
    private static final String FILTER = "resources ws_1 status=active";

    @Test
    void read_cursorOfTheSameFilter_isTheNumber() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(20_000); i++) {
            long number = random.nextLong() >>> 1 + random.nextInt(60);
            assertThat(Cursors.read(Cursors.write(number, FILTER), FILTER))
                    .as(TestScale.repeatWith(seed))
                    .isEqualTo(number);
        }
    }

    @Test
    void read_cursorOfAnotherFilter_isInvalid() {
        String cursor = Cursors.write(42, FILTER);

        for (String other : new String[] {"", "resources ws_2 status=active", FILTER + " ", FILTER.substring(1)}) {
            assertThat(Cursors.read(cursor, other)).isEqualTo(Cursors.INVALID);
        }
    }

    @Test
    void read_anyCharacterChanged_isInvalid() {
        String cursor = Cursors.write(123_456, FILTER);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ";
        for (int at = 0; at < cursor.length(); at++) {
            for (char c : alphabet.toCharArray()) {
                String changed = cursor.substring(0, at) + c + cursor.substring(at + 1);
                assertThat(Cursors.read(changed, FILTER))
                        .as("%s for %s", changed, cursor)
                        .isEqualTo(changed.equals(cursor) ? 123_456 : Cursors.INVALID);
            }
        }
    }

    @Test
    void read_cutOrLengthened_isInvalid() {
        String cursor = Cursors.write(7, FILTER);
        for (int length = 0; length < cursor.length(); length++) {
            assertThat(Cursors.read(cursor.substring(0, length), FILTER)).isEqualTo(Cursors.INVALID);
        }
        assertThat(Cursors.read(cursor + "A", FILTER)).isEqualTo(Cursors.INVALID);
        assertThat(Cursors.read(cursor + "==", FILTER)).isEqualTo(Cursors.INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "ü", "null", "42", "evt_01arz3ndektsv4rrffq69g5fav"})
    void read_anythingElse_isInvalid(String cursor) {
        assertThat(Cursors.read(cursor, FILTER)).isEqualTo(Cursors.INVALID);
    }

    @Test
    void write_number_isOpaqueAndFitsIntoAQuery() {
        assertThat(Cursors.write(Long.MAX_VALUE, FILTER)).matches("[A-Za-z0-9_-]{22}");
        assertThat(Base64.getUrlDecoder().decode(Cursors.write(1, FILTER))).hasSize(16);
    }

    @Test
    void read_negativeNumber_isInvalid() {
        assertThat(Cursors.read(Cursors.write(-5, FILTER), FILTER)).isEqualTo(Cursors.INVALID);
    }
}
