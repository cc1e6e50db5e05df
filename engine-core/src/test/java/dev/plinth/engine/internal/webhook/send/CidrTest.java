package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shows that a range means what it says, and that a mistyped one is explained rather than guessed at. */
class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.0/8, 127.0.0.0, true",
        "127.0.0.0/8, 127.255.255.255, true",
        "127.0.0.0/8, 126.255.255.255, false",
        "127.0.0.0/8, 128.0.0.0, false",
        "127.0.0.0/8, ::1, false",
        "127.0.0.1/32, 127.0.0.1, true",
        "127.0.0.1/32, 127.0.0.2, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "100.64.0.0/10, 100.127.255.255, true",
        "100.64.0.0/10, 100.128.0.0, false",
        "::/0, ff02::1, true",
        "fd00::/8, fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, true",
        "fd00::/8, fe00::, false",
        "2001:db8::/33, 2001:db8:7fff:ffff::, true",
        "2001:db8::/33, 2001:db8:8000::, false",
        "::1/128, ::1, true",
        "::1/128, ::2, false"
    })
    void contains_edges_areExact(String range, String address, boolean inside) {
        assertThat(Cidr.parse(range).contains(Senders.address(address))).isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, /32 for one",
        "'', a slash",
        "localhost/8, four decimal numbers",
        "127.1/8, four decimal numbers",
        "0177.0.0.1/32, four decimal numbers",
        "256.0.0.0/8, four decimal numbers",
        "::ffff:127.0.0.0/104, mapped IPv4",
        "fe80::1%eth0/64, mapped IPv4",
        "10.0.0.0/33, 0 to 32",
        "fd00::/129, 0 to 128",
        "10.0.0.0/, decimal prefix length",
        "10.0.0.0/08, decimal prefix length",
        "10.0.0.0/-1, decimal prefix length",
        "10.0.0.0/8/8, decimal prefix length",
        "127.0.0.1/8, Write 127.0.0.0/8"
    })
    void parse_malformed_saysWhatToWrite(String text, String advice) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cidr.parse(text))
                .withMessageEndingWith(".")
                .withMessageContaining(advice);
    }

    @Test
    void toString_range_isItsNotation() {
        assertThat(Cidr.parse("127.0.0.0/8")).hasToString("127.0.0.0/8");
    }
}
