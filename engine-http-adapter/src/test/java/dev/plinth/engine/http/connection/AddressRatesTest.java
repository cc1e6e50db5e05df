package dev.plinth.engine.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.call.ClientAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How often an address may do something, by a clock that the test turns. */
final class AddressRatesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int PER_MINUTE = 6;

    private final AddressRates rates = new AddressRates(PER_MINUTE, 3);
    private long now = Long.MAX_VALUE - SECOND; // a time of System.nanoTime may be any number

    private static ClientAddress address(int number) {
        return new ClientAddress(number, true);
    }

    private void takeAll(int number) {
        for (int i = 0; i < PER_MINUTE; i++) {
            assertThat(rates.take(address(number), now)).isZero();
        }
    }

    @Test
    void take_allOfAMinuteAtOnce_thenOneWheneverItComesBack() {
        takeAll(1);
        assertThat(rates.take(address(1), now)).isEqualTo(10);
        assertThat(rates.take(address(1), now)).as("a refusal takes nothing").isEqualTo(10);

        now += 9 * SECOND + 1;
        assertThat(rates.take(address(1), now)).isEqualTo(1);
        now += SECOND;
        assertThat(rates.take(address(1), now)).isZero();
        assertThat(rates.take(address(1), now)).isEqualTo(10);

        now += 600 * SECOND;
        takeAll(1);
        assertThat(rates.take(address(1), now)).isPositive();
    }

    /** A window of a minute would let twice as many pass in the seconds around its edge. */
    @Test
    void take_acrossTheEndOfAMinute_isNoMoreThanTheRate() {
        now += 59 * SECOND;
        takeAll(1);

        now += 2 * SECOND;

        assertThat(rates.take(address(1), now)).isPositive();
    }

    @Test
    void take_ofOtherAddresses_isTheirOwn() {
        takeAll(1);
        takeAll(2);

        assertThat(rates.take(address(1), now)).isPositive();
        assertThat(rates.take(address(3), now)).isZero();
    }

    @Test
    void take_ofMoreAddressesThanAreRemembered_forgetsTheOneThatWasQuietForLongest() {
        takeAll(1);
        takeAll(2);
        takeAll(3);
        assertThat(rates.take(address(1), now)).isPositive();

        takeAll(4);

        assertThat(rates.take(address(1), now)).isPositive();
        assertThat(rates.take(address(2), now)).isZero();
    }

    @Test
    void take_atTheHighestRate_isExactEnough() {
        AddressRates fast = new AddressRates(Addresses.COUNT_MAX, 3);
        for (int i = 0; i < Addresses.COUNT_MAX; i++) {
            assertThat(fast.take(address(1), now)).isZero();
        }
        assertThat(fast.take(address(1), now)).isEqualTo(1);
    }
}
