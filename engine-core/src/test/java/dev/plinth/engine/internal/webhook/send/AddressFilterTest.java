package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the table of ranges to its edges: the first address, the last, and the neighbours. */
class AddressFilterTest {
    private final AddressFilter filter = Senders.filter();

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, 0.0.0.0, 0.255.255.255, 1.0.0.0",
                "9.255.255.255, 10.0.0.0, 10.255.255.255, 11.0.0.0",
                "100.63.255.255, 100.64.0.0, 100.127.255.255, 100.128.0.0",
                "126.255.255.255, 127.0.0.0, 127.255.255.255, 128.0.0.0",
                "168.63.129.15, 168.63.129.16, 168.63.129.16, 168.63.129.17",
                "169.253.255.255, 169.254.0.0, 169.254.255.255, 169.255.0.0",
                "172.15.255.255, 172.16.0.0, 172.31.255.255, 172.32.0.0",
                "191.255.255.255, 192.0.0.0, 192.0.0.255, 192.0.1.0",
                "192.0.1.255, 192.0.2.0, 192.0.2.255, 192.0.3.0",
                "192.31.195.255, 192.31.196.0, 192.31.196.255, 192.31.197.0",
                "192.52.192.255, 192.52.193.0, 192.52.193.255, 192.52.194.0",
                "192.88.98.255, 192.88.99.0, 192.88.99.255, 192.88.100.0",
                "192.167.255.255, 192.168.0.0, 192.168.255.255, 192.169.0.0",
                "192.175.47.255, 192.175.48.0, 192.175.48.255, 192.175.49.0",
                "198.17.255.255, 198.18.0.0, 198.19.255.255, 198.20.0.0",
                "198.51.99.255, 198.51.100.0, 198.51.100.255, 198.51.101.0",
                "203.0.112.255, 203.0.113.0, 203.0.113.255, 203.0.114.0",
                "223.255.255.255, 224.0.0.0, 239.255.255.255, -",
                "-, 240.0.0.0, 255.255.255.255, -",
                "-, ::, 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2000::",
                "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2001::, 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff, 2001:200::",
                "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db8::, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db9::",
                "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2002::, 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2003::",
                "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff, 2620:4f:8000::, 2620:4f:8000:ffff:ffff:ffff:ffff:ffff, 2620:4f:8001::",
                "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 3fff::, 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff, 3fff:1000::",
                "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 4000::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, -"
            })
    void allows_edgesOfRange_areExact(String before, String first, String last, String after) {
        assertThat(filter.allows(Senders.address(first))).as(first).isFalse();
        assertThat(filter.allows(Senders.address(last))).as(last).isFalse();
        if (before != null) {
            assertThat(filter.allows(Senders.address(before))).as(before).isTrue();
        }
        if (after != null) {
            assertThat(filter.allows(Senders.address(after))).as(after).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "169.254.169.254",
                "192.0.0.170",
                "255.255.255.255",
                "::1",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                "2001:20::1",
                "2002:7f00:1::",
                "5f00::1",
                "fc00::1",
                "fd00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void allows_knownTarget_isFalse(String literal) {
        assertThat(filter.allows(Senders.address(literal))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:830::200e"})
    void allows_publicAddress_isTrue(String literal) {
        assertThat(filter.allows(Senders.address(literal))).isTrue();
    }

    @Test
    void allows_mappedAddressThatTheJdkLeftMapped_isUnwrapped() throws UnknownHostException {
        // With a scope the JDK makes an Inet6Address of these bytes and keeps it.
        assertThat(filter.allows(mapped(127, 0, 0, 1))).isFalse();
        assertThat(filter.allows(mapped(8, 8, 8, 8))).isTrue();
        assertThat(Senders.filter("127.0.0.0/8").allows(mapped(127, 0, 0, 1))).isTrue();
    }

    @Test
    void allows_rangeOpenedByOperator_isTrueForItAlone() {
        AddressFilter opened = Senders.filter("127.0.0.0/8", "fd00::/64");

        assertThat(opened.allows(Senders.address("127.9.9.9"))).isTrue();
        assertThat(opened.allows(Senders.address("fd00::1"))).isTrue();
        assertThat(opened.allows(Senders.address("10.0.0.1"))).isFalse();
        assertThat(opened.allows(Senders.address("::1"))).isFalse();
        assertThat(opened.allows(Senders.address("fd00:0:0:1::1"))).isFalse();
    }

    @Test
    void allows_ownPublicAddress_isFalseUnlessOpened() {
        InetAddress own = Senders.address("8.8.8.8");

        assertThat(new AddressFilter(List.of(), own::equals).allows(own)).isFalse();
        assertThat(new AddressFilter(List.of(), own::equals).allows(Senders.address("8.8.4.4")))
                .isTrue();
        assertThat(new AddressFilter(List.of("8.8.8.8/32"), own::equals).allows(own))
                .isTrue();
    }

    @Test
    void allows_foreignPublicAddressOnThisMachine_isTrue() {
        assertThat(new AddressFilter(List.of()).allows(Senders.address("8.8.8.8")))
                .isTrue();
    }

    @Test
    void allowedLoopback_byList_holdsWhatWasOpened() {
        assertThat(Senders.filter().allowedLoopback()).isEmpty();
        assertThat(Senders.filter("127.0.0.2/32").allowedLoopback()).isEmpty();
        assertThat(Senders.filter("127.0.0.0/8").allowedLoopback()).containsExactly(Senders.address("127.0.0.1"));
        assertThat(Senders.filter("::1/128").allowedLoopback()).containsExactly(Senders.address("::1"));
    }

    private static InetAddress mapped(int a, int b, int c, int d) throws UnknownHostException {
        byte[] bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) a, (byte) b, (byte) c, (byte) d};
        return Inet6Address.getByAddress(null, bytes, 1);
    }
}
