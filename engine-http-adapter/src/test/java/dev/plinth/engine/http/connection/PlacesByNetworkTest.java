package dev.plinth.engine.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.call.ClientAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which connection loses its place: one of the largest network, whether it is an address or many addresses of one client. */
class PlacesByNetworkTest {
    private static final String HONEST = "honest";
    private static final int MOST = 10_000;

    private final Set<String> busy = new HashSet<>();
    private final PlacesByNetwork<String> places =
            new PlacesByNetwork<>(each -> busy.contains(each) ? PlacesByNetwork.KEEPS : 0);

    private static ClientAddress address(String text) {
        try {
            return ClientAddress.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            throw new AssertionError("Expected an address, got " + text, e);
        }
    }

    /** Gives so many places to holders named by their address, and takes those beyond the limit. */
    private void crowd(int holders, IntFunction<String> addressOf) {
        IntStream.range(0, holders).forEach(i -> {
            String address = addressOf.apply(i);
            String holder = address + " " + i;
            places.add(holder, address(address));
            if (places.size() > MOST) {
                places.remove(places.least(holder));
            }
        });
    }

    private void assertHonestKeepsItsPlace(String address, IntFunction<String> addressOf) {
        crowd(MOST, addressOf);
        places.add(HONEST, address(address));
        assertThat(places.least(HONEST)).as("one of the crowd").isNotEqualTo(HONEST);
        places.remove(places.least(HONEST));

        crowd(MOST, addressOf);

        assertThat(places.remove(HONEST))
                .as("the honest client still has its place")
                .isTrue();
    }

    @Test
    void least_fortyTwoAddressesOfIPv4_isOneOfTheirs() {
        assertHonestKeepsItsPlace("192.0.2.1", i -> "10." + i % 42 + ".0.1");
    }

    @Test
    void least_addressesOfOneSlash24_isOneOfTheirs() {
        crowd(100, i -> "192.0.2.1");
        crowd(MOST, i -> "10.0.0." + i % 250);

        assertThat(places.size(address("192.0.2.1")))
                .as("a neighbour with more connections than each of theirs")
                .isEqualTo(100);
    }

    @Test
    void least_allSlash64OfASlash56_isOneOfTheirs() {
        assertHonestKeepsItsPlace("2001:db8:1::1", i -> "2001:db8:0:" + Integer.toHexString(i % 256) + "::1");
    }

    @Test
    void least_aSlash64ForEachConnectionOfASlash48_isOneOfTheirs() {
        crowd(3, i -> "2001:db8:1::1");
        crowd(2 * MOST, i -> "2001:db8:0:" + Integer.toHexString(i) + "::1");

        assertThat(places.size(address("2001:db8:1::1"))).isEqualTo(3);
    }

    @Test
    void least_aSlash48OfManyClients_isOneOfAnAddressWithManyConnections() {
        crowd(2_000, i -> "2001:db8:0:" + Integer.toHexString(i) + "::1");
        crowd(200, i -> "192.0.2.1");

        assertThat(places.least("")).startsWith("192.0.2.1 ");
    }

    @Test
    void least_thoseOfTheLargestAreBusy_isAnIdleOneElsewhere() {
        crowd(10, i -> "192.0.2.1");
        IntStream.range(0, 10).forEach(i -> busy.add("192.0.2.1 " + i));
        crowd(1, i -> "198.51.100.1");

        assertThat(places.least("")).isEqualTo("198.51.100.1 0");
    }

    @Test
    void least_allAreBusy_isTheOldestOfTheLargest_orTheNewOneThere() {
        crowd(2, i -> "192.0.2.1");
        crowd(1, i -> "198.51.100.1");
        busy.addAll(Set.of("192.0.2.1 0", "192.0.2.1 1", "198.51.100.1 0"));

        assertThat(places.least("198.51.100.1 0")).isEqualTo("192.0.2.1 0");
        assertThat(places.least("192.0.2.1 1")).isEqualTo("192.0.2.1 1");
    }

    @Test
    void leastOf_address_isItsOldestThatDoesNothing_andNeverTheNewOne() {
        crowd(3, i -> "192.0.2.1");
        crowd(1, i -> "198.51.100.1");
        ClientAddress address = address("192.0.2.1");

        assertThat(places.leastOf(address, "192.0.2.1 2")).isEqualTo("192.0.2.1 0");
        busy.add("192.0.2.1 0");
        assertThat(places.leastOf(address, "192.0.2.1 2")).isEqualTo("192.0.2.1 1");
        busy.add("192.0.2.1 1");
        assertThat(places.leastOf(address, "192.0.2.1 2")).isNull();
    }
}
