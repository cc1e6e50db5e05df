package dev.plinth.engine.http.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
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

    @Test
    void text_ofALocalAddress_isReadWithoutItsInterface() throws UnknownHostException {
        byte[] bytes = InetAddress.getByName("fe80::1:2").getAddress();
        InetAddress local = Inet6Address.getByAddress("local", bytes, 1);

        assertThat(local.getHostAddress()).contains("%");
        assertThat(ClientAddress.parse(ClientAddress.text(local)).map(InetAddress::getAddress))
                .contains(bytes);
        assertThat(ClientAddress.text(InetAddress.getByName("192.0.2.1"))).isEqualTo("192.0.2.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "a.b.c.d", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1:2", "[::1]", "::1%1"})
    void address_thatIsNone_isNotLookedUp(String text) {
        assertThat(ClientAddress.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"256.1.1.1", "1.2.3.999", "1.2.300.4", ".:1", ".1.2.3:", "localhost", "1.2.3"})
    void text_thatTheJdkWouldLookUp_isNoLiteral(String text) {
        assertThat(ClientAddress.isLiteral(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "255.255.255.255", "010.1.02.99", "::", "::ffff:192.0.2.1", "1:2"})
    void text_ofAnAddress_isALiteral(String text) {
        assertThat(ClientAddress.isLiteral(text)).isTrue();
    }
}
