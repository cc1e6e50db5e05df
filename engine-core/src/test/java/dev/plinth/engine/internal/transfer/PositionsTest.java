package dev.plinth.engine.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.Rows;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tests the place of a number among those of a workspace, also of a number that is not one of them. */
final class PositionsTest {
    private static final long LAST = 100;

    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], new RandomIds());
    private final Positions positions = new Positions(cipher, LAST);

    @Test
    void number_ofRowsInAnyOrder_isItsPlaceFromOne() {
        first(50, 7, LAST);

        assertThat(positions.count()).isEqualTo(3);
        assertThat(positions.number(7)).isEqualTo(1);
        assertThat(positions.number(50)).isEqualTo(2);
        assertThat(positions.number(LAST)).isEqualTo(3);
    }

    @Test
    void number_ofNoRow_isRefused() {
        first(50);

        for (long other : new long[] {49, 51}) {
            assertThatThrownBy(() -> positions.number(other))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("The workspace changed too much while it was exported. Export it again.");
        }
    }

    @Test
    void add_rowsWithoutANumberOrAfterTheLast_areNotAmongThem() {
        first(Rows.NONE, LAST, LAST + 1);

        assertThat(positions.count()).isEqualTo(1);
        assertThat(positions.has(Rows.NONE)).isTrue();
        assertThat(positions.has(LAST)).isTrue();
        assertThat(positions.has(LAST + 1)).isFalse();
    }

    @Test
    void addLater_rowsOfTheFirstReadingAndLaterOnes_addsThoseAfterTheLast() {
        first(7);
        positions.addLater(LAST + 9);
        positions.addLater(LAST);
        positions.addLater(Rows.NONE);
        positions.addLater(LAST + 1);
        positions.endLater();

        assertThat(positions.count()).isEqualTo(3);
        assertThat(positions.number(7)).isEqualTo(1);
        assertThat(positions.number(LAST + 1)).isEqualTo(2);
        assertThat(positions.number(LAST + 9)).isEqualTo(3);
    }

    @Test
    void atMostAndAtLeast_numbersOfRowsAndBetweenThem_areTheNeighbours() {
        first(10, 20);

        assertThat(positions.atMost(9)).isZero();
        assertThat(positions.atLeast(9)).isEqualTo(1);
        assertThat(positions.atMost(10)).isEqualTo(1);
        assertThat(positions.atLeast(10)).isEqualTo(1);
        assertThat(positions.atMost(15)).isEqualTo(1);
        assertThat(positions.atLeast(15)).isEqualTo(2);
        assertThat(positions.atMost(20)).isEqualTo(2);
        assertThat(positions.atLeast(20)).isEqualTo(2);
        assertThat(positions.atMost(21)).isEqualTo(2);
        assertThat(positions.atLeast(21)).isEqualTo(3);
        assertThat(positions.atMost(0)).isZero();
        assertThat(positions.atMost(-1)).as("no number").isEqualTo(-1);
    }

    @Test
    void count_moreNumbersThanTheListBeginsWith_isAllOfThem() {
        Positions many = new Positions(cipher, Long.MAX_VALUE);
        for (long number = 3_000; number > 0; number--) {
            many.add(number);
        }
        many.endFirst();

        assertThat(many.count()).isEqualTo(3_000);
        assertThat(many.number(1)).isEqualTo(1);
        assertThat(many.number(3_000)).isEqualTo(3_000);
    }

    @Test
    void secret_ofARow_isOpen() {
        byte[] secret = "of the row".getBytes(StandardCharsets.US_ASCII);
        byte[] owner = {1};

        assertThat(positions.secret(cipher.seal(secret, owner), owner)).isEqualTo(secret);
    }

    private void first(long... numbers) {
        for (long number : numbers) {
            positions.add(number);
        }
        positions.endFirst();
    }
}
