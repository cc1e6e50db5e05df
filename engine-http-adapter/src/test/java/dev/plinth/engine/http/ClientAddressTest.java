package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses are read from digits alone, and counted as far as one subscriber has them. */
class ClientAddressTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "::ffff:192.0.2.1, 192.0.2.1, true",
        "2001:db8:1:2:3::4, 2001:db8:1:2:ffff::1, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false",
        "::, 0.0.0.0, false"
    })
    void address_ofIPv6_isCountedByItsFirst64Bits(String one, String other, boolean same) {
        assertThat(ClientAddress.of(ClientAddress.parse(one).orElseThrow())
                        .equals(ClientAddress.of(ClientAddress.parse(other).orElseThrow())))
                .isEqualTo(same);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "a.b.c.d", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1:2", "[::1]", "::1%1"})
    void address_thatIsNone_isNotLookedUp(String text) {
        assertThat(ClientAddress.parse(text)).isEmpty();
    }
}
